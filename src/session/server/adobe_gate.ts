/**
 * The server's side of Adobe's authentication, which takes two or three connections.
 *
 * @module
 */

import {
  adobeAuthFailed,
  adobeAuthRequired,
  adobeChallenge,
  readAdobeQuery,
  verifyAdobeResponse,
} from "../adobe_auth.ts";
import type { Refusal } from "../../publication/refusal.ts";
import { StatusCode } from "../status.ts";
import { waitedSince } from "../../time/standstill.ts";

/** Returns the password of a user, or nothing for an unknown user. */
export type PasswordLookup = (user: string) => string | undefined | Promise<string | undefined>;

/** A password lookup that may also return a refusal, when it cannot decide. */
export type GuardedLookup = (
  user: string,
) => string | undefined | Refusal | Promise<string | undefined | Refusal>;

/** The reason for rejecting a connection. */
export type AdobeRejectionReason =
  /** The peer named no user. A client that supports this authentication reconnects with one. */
  | "no-user"
  /** The peer named a user without a proof. The client reconnects with a proof. */
  | "no-proof"
  /** The proof answers no challenge of the last minute to this user at this address. */
  | "no-challenge"
  /** The user or the password is wrong. */
  | "wrong-password"
  /** The password could not be looked up. */
  | "undecided";

/** A rejection of a connection. */
export interface AdobeRejection extends Refusal {
  reason: AdobeRejectionReason;
  /** The user that the peer named, if it did. */
  user?: string;
}

/** The time limit for answering a challenge, in milliseconds. */
const CHALLENGE_TIME = 60_000;

/** The most challenges that are kept; a new one replaces the oldest. */
const MAX_CHALLENGES = 1_000;

interface Challenge {
  salt: string;
  serverChallenge: string;
  /** By `performance.now()`. */
  since: number;
}

/**
 * Admits peers that prove that they know a password. The proof arrives on another connection than
 * the challenge, so challenges are kept here by user and address, each for one answer.
 */
export class AdobeGate {
  readonly #password: GuardedLookup;
  readonly #challenges = new Map<string, Challenge>();

  /** @param password Returns the password of a user, or a refusal when it cannot decide. */
  constructor(password: GuardedLookup) {
    this.#password = password;
  }

  /**
   * Decides on a connection. Returns a rejection, whose description is for the client, or nothing.
   *
   * @param app The app with its query, as the client wrote it.
   * @param host The client's address without its port.
   */
  async admit(app: string, host: string): Promise<AdobeRejection | undefined> {
    const query = readAdobeQuery(app);
    if (!query) return rejected("no-user", adobeAuthRequired());
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
    if (!isOpen) return rejected("no-challenge", adobeAuthFailed(), user);
    const isProven = password !== undefined && verifyAdobeResponse(query, challenge, password);
    return isProven ? undefined : rejected("wrong-password", adobeAuthFailed(), user);
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
    return adobeChallenge(user, challenge.salt, challenge.serverChallenge);
  }
}

function rejected(
  reason: AdobeRejectionReason,
  description: string,
  user?: string,
): AdobeRejection {
  const rejection = { code: StatusCode.ConnectRejected, description, reason };
  return user === undefined ? rejection : { ...rejection, user };
}

function randomText(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 12);
}
