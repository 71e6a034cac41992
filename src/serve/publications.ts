/**
 * The publications of a server: which may begin, and the handler that each of them is given to.
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

/** What every publisher hears that comes too late. */
export const SHUTTING_DOWN: Refusal = { description: "The server is shutting down" };

/**
 * Chooses what the first frames of a publication are inspected by, if they are.
 *
 * @param silence For how long the publisher that has the name has been silent, in milliseconds;
 * `undefined` if there is none.
 */
export type Inspector = (
  request: StreamRequest,
  silence: () => number | undefined,
) => Inspection | undefined;

/** What publications are dealt with by. */
export interface PublicationsContext {
  readonly handler: PublicationHandler;
  readonly decisions: Decisions;
  readonly errors: ErrorReport;
  readonly ledger: ServerLedger;
  /** Chooses publications whose first frames are inspected. */
  readonly inspector: Inspector | undefined;
}

const log = libraryLogger(["sluice", "rtmp"]);

/** Knows the publications of a server, from the question whether they may begin to their end. */
export class Publications {
  readonly #context: PublicationsContext;
  readonly #publishers = new PublisherRegistry();
  /** Publications whose handler has not settled. */
  readonly #unsettled = new Set<Publication>();
  /** What has to end before the server has. */
  readonly #tasks = new Set<Promise<void>>();
  #closed = false;

  constructor(context: PublicationsContext) {
    this.#context = context;
  }

  /** Those that go on now. */
  get live(): Publication[] {
    return this.#publishers.publications;
  }

  /** Those whose handler has not settled. */
  get unsettled(): Publication[] {
    return [...this.#unsettled];
  }

  /** Whether no more may begin. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Refuses all that would begin from now on. */
  close(): void {
    this.#closed = true;
    this.#context.decisions.end();
  }

  /** Whether a stream may be published or played: a refusal, or nothing. */
  async authorize(request: StreamRequest): Promise<Refusal | undefined> {
    return this.#closed ? SHUTTING_DOWN : await this.#context.decisions.authorize(request);
  }

  /** What the first frames are inspected by, if they are; a refusal is counted. */
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
   * Gives a publication its name, or says why not.
   *
   * @param silence For how long its publisher has been waited for, in milliseconds.
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

  /** What was allowed does not begin. */
  release(request: StreamRequest): void {
    this.#context.decisions.release(request);
  }

  /** Gives a publication to the handler; resolves when it has settled, and the publication ended. */
  begin(publication: Publication): Promise<void> {
    const task = this.#run(publication);
    this.#tasks.add(task);
    return task.finally(() => this.#tasks.delete(task));
  }

  /** Resolves when all of them have ended, and their handlers have settled. */
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
      publication.close("The application has finished with this stream");
    } catch (error) {
      errors.report(error, { during: "handler", publication });
      publication.close("The application has failed");
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
