/**
 * The publications of a server, from the request of a publisher to the end of the handler.
 *
 * @module
 */

import type { ServerLedger } from "../ledger/server_ledger.ts";
import type { Publication, StreamRequest } from "../publication/publication.ts";
import type { Refusal } from "../publication/refusal.ts";
import type { Inspection } from "../session/server/trial.ts";
import type { Decisions } from "./decisions.ts";
import type { ErrorReport } from "./error_report.ts";
import { loggedLedger } from "./logged_ledger.ts";
import { libraryLogger } from "./logger.ts";
import { PublisherRegistry } from "./publisher_registry.ts";
import { isRefusal, noteRefusal } from "./refusals.ts";
import type { PublicationHandler } from "./types.ts";

/** The refusal for peers that publish or play during a shutdown. */
export const SHUTTING_DOWN: Refusal = { description: "The server is shutting down" };

/**
 * Chooses the inspection of a publication's first frames, or none.
 *
 * @param silence Returns how long the publisher with this name has been silent, in milliseconds;
 * `undefined` if there is none.
 */
export type Inspector = (
  request: StreamRequest,
  silence: () => number | undefined,
) => Inspection | undefined;

/** The parts of the server that publications use. */
export interface PublicationsContext {
  readonly handler: PublicationHandler;
  readonly decisions: Decisions;
  readonly errors: ErrorReport;
  readonly ledger: ServerLedger;
  /** Chooses publications whose first frames are inspected. */
  readonly inspector: Inspector | undefined;
}

const log = libraryLogger(["sluice", "rtmp"]);

/** Authorizes, names and runs the publications of a server. */
export class Publications {
  readonly #context: PublicationsContext;
  readonly #publishers = new PublisherRegistry();
  /** Publications whose handler has not settled. */
  readonly #unsettled = new Set<Publication>();
  /** Work that has to end before the server does. */
  readonly #tasks = new Set<Promise<void>>();
  #closed = false;

  constructor(context: PublicationsContext) {
    this.#context = context;
  }

  /** The current publications. */
  get live(): Publication[] {
    return this.#publishers.publications;
  }

  /** The publications whose handler has not settled. */
  get unsettled(): Publication[] {
    return [...this.#unsettled];
  }

  /** Whether no publication may begin any more. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Refuses all publications from now on. */
  close(): void {
    this.#closed = true;
    this.#context.decisions.end();
  }

  /** Decides whether a stream may be published or played. Returns a refusal, or nothing. */
  async authorize(request: StreamRequest): Promise<Refusal | undefined> {
    return this.#closed ? SHUTTING_DOWN : await this.#context.decisions.authorize(request);
  }

  /** The inspection of a publication's first frames, if there is one; it counts refusals. */
  inspection(request: StreamRequest): Inspection | undefined {
    const { inspector, ledger } = this.#context;
    const inspect = inspector?.(request, () => this.#publishers.silenceOf(request.path));
    return inspect && ((tag) => {
      const verdict = inspect(tag);
      if (isRefusal(verdict)) noteRefusal(ledger, request, verdict, "name-taken");
      return verdict;
    });
  }

  /**
   * Gives a publication its name, or returns a refusal.
   *
   * @param silence Returns how long the server has waited for its publisher, in milliseconds.
   */
  claim(
    publication: Publication,
    request: StreamRequest,
    silence: () => number,
  ): Refusal | undefined {
    const { decisions } = this.#context;
    return this.#publishers.claim(
      publication,
      silence,
      (holder) => decisions.takesOver(holder, request),
    );
  }

  /** Notifies the application that a request which it has allowed does not begin. */
  release(request: StreamRequest): void {
    this.#context.decisions.release(request);
  }

  /**
   * Calls the handler for a publication; resolves when it has settled and the publication has ended.
   */
  begin(publication: Publication): Promise<void> {
    const task = this.#run(publication);
    this.#tasks.add(task);
    return task.finally(() => this.#tasks.delete(task));
  }

  /** Resolves when all publications have ended and their handlers have settled. */
  async settled(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  async #run(publication: Publication): Promise<void> {
    const { handler, errors, ledger: counts } = this.#context;
    const { connection, path, ledger, flashVer, remoteAddr } = publication;
    const facts = { connection, publication: publication.id, path };
    log.info("{path} is published by {remoteAddr} ({flashVer})", {
      ...facts,
      remoteAddr,
      flashVer,
    });
    counts.open(ledger);
    this.#unsettled.add(publication);
    try {
      await handler(publication);
      publication.close("The application ended this stream");
    } catch (error) {
      errors.report(error, { during: "handler", publication });
      publication.close("The application failed");
    }
    this.#unsettled.delete(publication);
    if (!publication.tags.locked) await publication.tags.cancel().catch(() => {});
    const { description } = await publication.closed;
    counts.close(ledger);
    log.info("{path} has ended: {description}. {ledger}", {
      ...facts,
      description,
      ledger: loggedLedger(ledger, ledger.describe()),
    });
  }
}
