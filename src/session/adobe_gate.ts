/**
 * The server's side of Adobe's authentication, over the connections that it takes.
 *
 * @module
 */

import {
  challengeByAdobe,
  isAdobeProof,
  needAdobeAuth,
  readAdobeQuery,
  refuseByAdobe,
} from "./adobe_auth.ts";
import { type Refusal, StatusCode } from "./status.ts";

/** Gives the password of a user, or nothing for one that is not known. */
export type PasswordLookup = (user: string) => string | undefined | Promise<string | undefined>;

/** The same, where it may turn out that it cannot be said. */
type GuardedLookup = (
  user: string,
) => string | undefined | Refusal | Promise<string | undefined | Refusal>;

/** A connection that is refused. */
export interface AdobeRejection extends Refusal {
  /** Whether that is the end of it; else the description tells the client how to go on. */
  isFinal: boolean;
}

/** How long a challenge may be answered, in milliseconds. */
const CHALLENGE_TIME = 60_000;

/** Challenges that are kept at once; the oldest makes room. */
const MAX_CHALLENGES = 1_000;

interface Challenge {
  salt: string;
  serverChallenge: string;
  until: number;
}

/**
 * Lets those in who prove that they know a password. A proof comes on another connection than its
 * challenge, so the challenges are kept here, by user and address, each for one answer.
 */
export class AdobeGate {
  readonly #password: GuardedLookup;
  readonly #challenges = new Map<string, Challenge>();

  /** @param password Gives the password of a user; a refusal when that cannot be decided. */
  constructor(password: GuardedLookup) {
    this.#password = password;
  }

  /**
   * Decides on a connection: a rejection, or nothing.
   *
   * @param app The app with its query, as the client wrote it.
   * @param host Where the client connects from.
   */
  async admit(app: string, host: string): Promise<AdobeRejection | undefined> {
    const query = readAdobeQuery(app);
    if (!query) return rejected(needAdobeAuth(), false);
    const key = `${host} ${query.user}`;
    if (query.response === undefined) {
      return rejected(this.#challenge(key, query.user), false);
    }
    const challenge = this.#challenges.get(key);
    this.#challenges.delete(key);
    const password = await this.#password(query.user);
    if (typeof password === "object") return rejected(password.description, true);
    const proven = challenge !== undefined && challenge.until > performance.now() &&
      password !== undefined && isAdobeProof(query, challenge, password);
    return proven ? undefined : rejected(refuseByAdobe(), true);
  }

  #challenge(key: string, user: string): string {
    const challenge = {
      salt: randomText(),
      serverChallenge: randomText(),
      until: performance.now() + CHALLENGE_TIME,
    };
    this.#challenges.delete(key);
    this.#challenges.set(key, challenge);
    const [oldest] = this.#challenges.keys();
    if (this.#challenges.size > MAX_CHALLENGES) this.#challenges.delete(oldest!);
    return challengeByAdobe(user, challenge.salt, challenge.serverChallenge);
  }
}

function rejected(description: string, isFinal: boolean): AdobeRejection {
  return { code: StatusCode.ConnectRejected, description, isFinal };
}

function randomText(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 12);
}
