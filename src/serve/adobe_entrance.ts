/**
 * Adobe's authentication at the server's door: the ledger, the log, and those who guess.
 *
 * @module
 */

import type { ServerLedger } from "../ledger/server_ledger.ts";
import { readAdobeQuery } from "../session/adobe_auth.ts";
import {
  type AdobeFlaw,
  AdobeGate,
  type AdobeRejection,
  type GuardedLookup,
} from "../session/server/adobe_gate.ts";
import { StatusCode } from "../session/status.ts";
import { hostOf } from "../net/address.ts";
import { Guesses } from "../net/attempt_limiter.ts";
import { libraryLogger } from "./logger.ts";

/** Characters of a user's name that are logged. */
const MAX_LOGGED_USER = 64;

/** What the log says of a connection that is refused for good. Its peer hears less. */
const REASONS: Partial<Record<AdobeFlaw, string>> = {
  "no-challenge": "the proof of its password is too late, or comes from another address",
  "wrong-password": "the user or the password is wrong",
};

/** A connection that wants to be let in. */
interface Applicant {
  /** Its id. */
  connection: string;
  /** Where it comes from, as `address:port`. */
  remoteAddr: string;
}

const log = libraryLogger(["sluice", "rtmp"]);

/** Admits peers that know a password. */
export class AdobeEntrance {
  readonly #gate: AdobeGate;
  readonly #ledger: ServerLedger;
  /** Wrong passwords, by address. */
  readonly #guesses = new Guesses();

  /**
   * @param password Gives the password of a user.
   * @param ledger Where refusals are counted.
   */
  constructor(password: GuardedLookup, ledger: ServerLedger) {
    this.#gate = new AdobeGate(password);
    this.#ledger = ledger;
  }

  /**
   * Decides on a connection: a rejection, or nothing.
   *
   * @param app The app with its query, as the client wrote it.
   */
  async admit(app: string, applicant: Applicant): Promise<AdobeRejection | undefined> {
    const { remoteAddr } = applicant;
    const rejection = this.#slowDown(app, remoteAddr) ??
      await this.#gate.admit(app, hostOf(remoteAddr));
    if (rejection) this.#note(rejection, applicant);
    else this.#guesses.know(remoteAddr);
    return rejection;
  }

  /** A proof is not looked at while its address has to wait. */
  #slowDown(app: string, remoteAddr: string): AdobeRejection | undefined {
    const query = readAdobeQuery(app);
    if (query?.response === undefined) return undefined;
    const seconds = this.#guesses.wait(remoteAddr);
    if (seconds === 0) return undefined;
    const description = `Too many wrong passwords; try again in ${seconds} s`;
    return { code: StatusCode.ConnectRejected, description, flaw: "undecided", user: query.user };
  }

  #note({ flaw, description, user }: AdobeRejection, applicant: Applicant): void {
    // Every client begins so; one that cannot go on never gets any further.
    if (flaw === "no-user") {
      return log.info("{remoteAddr} was asked for a user and a password", { ...applicant });
    }
    if (flaw === "no-proof") return;
    if (flaw === "wrong-password") this.#guesses.add(applicant.remoteAddr);
    this.#ledger.refuse("not-authorized");
    log.warn("{remoteAddr} was refused as {user}: {reason}", {
      ...applicant,
      user: user?.slice(0, MAX_LOGGED_USER),
      reason: REASONS[flaw] ?? description,
    });
  }
}
