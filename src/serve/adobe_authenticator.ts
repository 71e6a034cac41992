/**
 * The server's side of Adobe's authentication: decisions, with the ledger, the log, and a limit on
 * guesses.
 *
 * @module
 */

import type { ServerLedger } from "../ledger/server_ledger.ts";
import { readAdobeQuery } from "../session/adobe_auth.ts";
import {
  AdobeGate,
  type AdobeRejection,
  type AdobeRejectionReason,
  type GuardedLookup,
} from "../session/server/adobe_gate.ts";
import { StatusCode } from "../session/status.ts";
import { hostOf } from "../net/address.ts";
import { AttemptLimiter } from "../net/attempt_limiter.ts";
import { libraryLogger } from "./logger.ts";

/** The longest part of a user's name that is logged, in characters. */
const MAX_LOGGED_USER = 64;

/** The reasons for the log; the peer is told less. */
const REASONS: Partial<Record<AdobeRejectionReason, string>> = {
  "no-challenge": "the proof of its password is too late, or comes from another address",
  "wrong-password": "the user or the password is wrong",
};

/** A connection that asks to be admitted. */
interface Applicant {
  /** Its id. */
  connection: string;
  /** Its address, as `address:port`. */
  remoteAddr: string;
}

const log = libraryLogger(["sluice", "rtmp"]);

/** Admits peers that prove a user's password. */
export class AdobeAuthenticator {
  readonly #gate: AdobeGate;
  readonly #ledger: ServerLedger;
  /** Wrong passwords, by address. */
  readonly #limiter = new AttemptLimiter();

  /**
   * @param password Returns the password of a user.
   * @param ledger Counts the refusals.
   */
  constructor(password: GuardedLookup, ledger: ServerLedger) {
    this.#gate = new AdobeGate(password);
    this.#ledger = ledger;
  }

  /**
   * Decides on a connection. Returns a rejection, or nothing if it is admitted.
   *
   * @param app The app with its query, as the client wrote it.
   */
  async admit(app: string, applicant: Applicant): Promise<AdobeRejection | undefined> {
    const { remoteAddr } = applicant;
    const rejection = this.#throttle(app, remoteAddr) ??
      await this.#gate.admit(app, hostOf(remoteAddr));
    if (rejection) this.#record(rejection, applicant);
    else this.#limiter.recordSuccess(remoteAddr);
    return rejection;
  }

  /** Rejects a proof unchecked while its address has to wait. */
  #throttle(app: string, remoteAddr: string): AdobeRejection | undefined {
    const query = readAdobeQuery(app);
    if (query?.response === undefined) return undefined;
    const seconds = this.#limiter.retryAfter(remoteAddr);
    if (seconds === 0) return undefined;
    const description = `Too many wrong passwords; try again in ${seconds} s`;
    return { code: StatusCode.ConnectRejected, description, reason: "undecided", user: query.user };
  }

  #record({ reason, description, user }: AdobeRejection, applicant: Applicant): void {
    // Every client begins without a user. One that has none disconnects then.
    if (reason === "no-user") {
      return log.info("{remoteAddr} was asked for a user and a password", { ...applicant });
    }
    if (reason === "no-proof") return;
    if (reason === "wrong-password") this.#limiter.recordFailure(applicant.remoteAddr);
    this.#ledger.refuse("not-authorized");
    log.warn("{remoteAddr} was refused as {user}: {reason}", {
      ...applicant,
      user: user?.slice(0, MAX_LOGGED_USER),
      reason: REASONS[reason] ?? description,
    });
  }
}
