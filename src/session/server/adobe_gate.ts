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
} from "../adobe_auth.ts";
import type { Refusal } from "../../publication/refusal.ts";
import { StatusCode } from "../status.ts";
import { waitedSince } from "../../time/standstill.ts";

/** Gives the password of a user, or nothing for one that is not known. */
export type PasswordLookup = (user: string) => string | undefined | Promise<string | undefined>;

/** The same, or a refusal when it cannot be decided. */
export type GuardedLookup = (
  user: string,
) => string | undefined | Refusal | Promise<string | undefined | Refusal>;

/** What a connection is refused for. */
export type AdobeFlaw =
  /** It has named no user: a client that knows of this authentication connects again with one. */
  | "no-user"
  /** It has named a user and proved nothing yet: the client connects again with a proof. */
  | "no-proof"
  /** Its proof answers no challenge of the last minute to this user at this address. */
  | "no-challenge"
  /** The user or the password is wrong. */
  | "wrong-password"
  /** There was no answer whether it is right. */
  | "undecided";

/** A connection that is refused. */
export interface AdobeRejection extends Refusal {
  flaw: AdobeFlaw;
  /** Who the peer says to be, as far as it does. */
  user?: string;
}

/** How long a challenge may be answered, in milliseconds. */
const CHALLENGE_TIME = 60_000;

/** Challenges that are kept at once; the oldest makes room. */
const MAX_CHALLENGES = 1_000;

interface Challenge {
  salt: string;
  serverChallenge: string;
  /** By `performance.now()`. */
  since: number;
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
   * Decides on a connection: a rejection, whose description is for the client, or nothing.
   *
   * @param app The app with its query, as the client wrote it.
   * @param host Where the client connects from.
   */
  async admit(app: string, host: string): Promise<AdobeRejection | undefined> {
    const query = readAdobeQuery(app);
    if (!query) return rejected("no-user", needAdobeAuth());
    const { user } = query;
    const key = `${host} ${user}`;
    if (query.response === undefined) {
      return rejected("no-proof", this.#challenge(key, user), user);
    }
    const challenge = this.#challenges.get(key);
    this.#challenges.delete(key);
    const isOpen = challenge !== undefined && waitedSince(challenge.since) < CHALLENGE_TIME;
    const password = await this.#password(user);
    if (typeof password === "object") return rejected("undecided", password.description, user);
    if (!isOpen) return rejected("no-challenge", refuseByAdobe(), user);
    const isProven = password !== undefined && isAdobeProof(query, challenge, password);
    return isProven ? undefined : rejected("wrong-password", refuseByAdobe(), user);
  }

  #challenge(key: string, user: string): string {
    const challenge = {
      salt: randomText(),
      serverChallenge: randomText(),
      since: performance.now(),
    };
    this.#challenges.delete(key);
    this.#challenges.set(key, challenge);
    const [oldest] = this.#challenges.keys();
    if (this.#challenges.size > MAX_CHALLENGES) this.#challenges.delete(oldest!);
    return challengeByAdobe(user, challenge.salt, challenge.serverChallenge);
  }
}

function rejected(flaw: AdobeFlaw, description: string, user?: string): AdobeRejection {
  const rejection = { code: StatusCode.ConnectRejected, description, flaw };
  return user === undefined ? rejection : { ...rejection, user };
}

function randomText(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 12);
}
