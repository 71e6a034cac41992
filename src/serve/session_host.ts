/**
 * The host of one connection's session: it answers the session's questions for the server.
 *
 * @module
 */

import type { RefusalReason, ServerLedger } from "../ledger/server_ledger.ts";
import type { Publication, StreamRequest } from "../publication/publication.ts";
import type { Refusal } from "../publication/refusal.ts";
import type { PlaySource } from "../session/server/player.ts";
import type { TagFilter } from "../session/server/player_filter.ts";
import type { SessionHandler } from "../session/server/session_handler.ts";
import type { Inspection } from "../session/server/trial.ts";
import type { AdobeAuthenticator } from "./adobe_authenticator.ts";
import type { Connection } from "./connection.ts";
import type { Decisions } from "./decisions.ts";
import type { ErrorReport } from "./error_report.ts";
import { libraryLogger } from "./logger.ts";
import type { Publications } from "./publications.ts";
import { isRefusal, noteInvalidName, noteRefusal, type Requested } from "./refusals.ts";

/** The parts of the server that all hosts share. */
export interface SessionHostContext {
  readonly publications: Publications;
  readonly decisions: Decisions;
  readonly errors: ErrorReport;
  readonly ledger: ServerLedger;
  /** Admits peers that prove a password; without it, every peer is admitted. */
  readonly authenticator: AdobeAuthenticator | undefined;
  /** The most publications of one connection whose handlers have not settled. */
  readonly maxUnsettled: number;
}

const log = libraryLogger(["sluice", "rtmp"]);

/** Answers a session in the name of the server, and counts refusals. */
export class SessionHost implements SessionHandler {
  readonly #context: SessionHostContext;
  readonly #connection: Connection;
  readonly #facts: { connection: string; remoteAddr: string };
  /** Publications of the connection whose handlers have not settled. */
  #unsettled = 0;

  constructor(context: SessionHostContext, connection: Connection) {
    this.#context = context;
    this.#connection = connection;
    this.#facts = { connection: connection.id, remoteAddr: connection.remoteAddr };
  }

  async admit(app: string): Promise<Refusal | undefined> {
    return await this.#context.authenticator?.admit(app, this.#facts);
  }

  async authorize(request: StreamRequest): Promise<Refusal | undefined> {
    const refusal = await this.#context.publications.authorize(request);
    return this.#counted(request, refusal, "not-authorized");
  }

  reject(refusal: Refusal): void {
    noteInvalidName(this.#context.ledger, this.#facts, refusal);
  }

  warn(text: string): void {
    log.warn("{remoteAddr}: {text}", { ...this.#facts, text });
  }

  inspection(request: StreamRequest): Inspection | undefined {
    return this.#context.publications.inspection(request);
  }

  claim(publication: Publication, request: StreamRequest): Refusal | undefined {
    return this.#counted(publication, this.#claim(publication, request), "name-taken");
  }

  begin(publication: Publication): void {
    this.#unsettled++;
    this.#connection.addPublication(publication);
    void this.#context.publications.begin(publication).finally(() => this.#unsettled--);
  }

  async play(request: StreamRequest, filter: TagFilter): Promise<PlaySource | Refusal> {
    const answer = await this.#context.decisions.play(request, filter, this.#connection);
    if (!isRefusal(answer)) this.#connection.hasPlayed = true;
    return this.#counted(request, answer, "not-playable");
  }

  release(request: StreamRequest): void {
    this.#context.publications.release(request);
  }

  playFailed(request: StreamRequest, error: unknown): void {
    this.#context.errors.report(error, { during: "play", request });
  }

  /**
   * Claims a name. A peer that publishes in a loop must not pile up handlers that have not settled.
   */
  #claim(publication: Publication, request: StreamRequest): Refusal | undefined {
    const { publications, maxUnsettled } = this.#context;
    if (this.#unsettled >= maxUnsettled) {
      return { description: "Too many publications of this connection have not been settled yet" };
    }
    return publications.claim(publication, request, () => this.#connection.silence);
  }

  #counted<T>(request: Requested, answer: T, reason: RefusalReason): T {
    if (isRefusal(answer)) noteRefusal(this.#context.ledger, request, answer, reason);
    return answer;
  }
}
