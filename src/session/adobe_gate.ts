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
  readonly #password: PasswordLookup;
  readonly #challenges = new Map<string, Challenge>();

  constructor(password: PasswordLookup) {
    this.#password = password;
  }

  /**
   * Decides on a connection: a refusal, whose description tells the client how to go on, or nothing.
   *
   * @param app The app with its query, as the client wrote it.
   * @param host Where the client connects from.
   */
  async admit(app: string, host: string): Promise<Refusal | undefined> {
    const query = readAdobeQuery(app);
    if (!query) return rejected(needAdobeAuth());
    const key = `${host} ${query.user}`;
    if (query.response === undefined) return rejected(this.#challenge(key, query.user));
    const challenge = this.#challenges.get(key);
    this.#challenges.delete(key);
    const password = await this.#password(query.user);
    const proven = challenge !== undefined && challenge.until > performance.now() &&
      password !== undefined && isAdobeProof(query, challenge, password);
    return proven ? undefined : rejected(refuseByAdobe());
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

function rejected(description: string): Refusal {
  return { code: StatusCode.ConnectRejected, description };
}

function randomText(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 12);
}
