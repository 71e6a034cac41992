/**
 * The server behind `serveRtmp`: connections come in, publications go to the application.
 *
 * @module
 */

import { checkNumber, LONGEST_TIME } from "../check_number.ts";
import { checkObject, checkString } from "../check_option.ts";
import { checkChunkSize } from "../chunk/chunk.ts";
import { errorMessage } from "../error_message.ts";
import { RtmpCommandError, RtmpError } from "../errors.ts";
import { checkTags, type FlvTag } from "../flv/flv_tag.ts";
import { ReceivedCounts } from "../ledger/received_counts.ts";
import { type RefusalReason, ServerLedger } from "../ledger/server_ledger.ts";
import { plainText } from "../plain_text.ts";
import { completeLimits, type RtmpLimits } from "../session/limits.ts";
import { PartialBudget } from "../session/partial_budget.ts";
import type { Publication, PublicationEnd, StreamRequest } from "../publication/publication.ts";
import type { SessionHandler } from "../session/server/session_handler.ts";
import type { Refusal } from "../publication/refusal.ts";
import { StatusCode } from "../session/status.ts";
import { streamPath } from "../publication/stream_path.ts";
import { TagChunks } from "../session/server/tag_chunks.ts";
import { type Inspection, Trial, type Verdict } from "../session/server/trial.ts";
import { AdobeEntrance } from "./adobe_entrance.ts";
import { acceptAll, isResetByClient } from "../net/accept.ts";
import { checkOptions } from "./check_options.ts";
import { atIntervals } from "../time/at_intervals.ts";
import { begun } from "./first_item.ts";
import { Connection } from "./connection.ts";
import { ConnectionSet, type Shortage } from "./connection_limiter.ts";
import { Decisions } from "./decisions.ts";
import { ErrorReport } from "./error_report.ts";
import { loggedLedger } from "./logged_ledger.ts";
import { libraryLogger } from "./logger.ts";
import { PublisherRegistry } from "./publisher_registry.ts";
import { isRefusal, noteInvalidName, noteRefusal, type Requested } from "./refusals.ts";
import { completeRequest, type PublishedStream } from "./published_stream.ts";
import type {
  PublicationHandler,
  RtmpConnection,
  RtmpServer,
  ServeRtmpOptions,
  ShutdownOptions,
} from "./types.ts";
import { Seldom } from "../time/seldom.ts";
import { TagPublisher, toMessage } from "./external_publication.ts";
import { type Certificate, TlsEntrance } from "../net/tls_listener.ts";

/** Interval between checks for silent and stalled peers, in milliseconds. */
const TIME_CHECK_INTERVAL = 1_000;

const DEFAULT_SERVER_CHUNK_SIZE = 65_536;

/**
 * How long what publishers have sent is read on shutdown, in milliseconds, unless its `timeout` says
 * otherwise. Nearly always a few are enough; the rest is for an application that is slow.
 */
const SHUTDOWN_DRAIN_TIME = 5_000;

/** How long handlers get to see the end of their tags after a shutdown has cut them off, in ms. */
const CUT_TIME = 500;

/** What everybody is told who comes too late. */
const SHUTTING_DOWN: Refusal = { description: "The server is shutting down" };

const log = libraryLogger(["sluice", "rtmp"]);

/** Why a connection is turned away. */
const SHORTAGES: Readonly<Record<Shortage, string>> = {
  connections: "too many connections are open",
  descriptors: "too few file descriptors are left (ulimit -n)",
};

/**
 * Chooses what the first frames of a publication are inspected by, if they are.
 *
 * @param silence For how long the publisher has been waited for that has the name, in milliseconds;
 * `undefined` if there is none.
 */
export type Inspector = (
  request: StreamRequest,
  silence: () => number | undefined,
) => Inspection | undefined;

/** A server that listens. */
export class Server implements RtmpServer {
  readonly addr: Deno.NetAddr;
  readonly finished: Promise<void>;
  listening = true;
  readonly ledger: ServerLedger = new ServerLedger();
  readonly #options: ServeRtmpOptions;
  readonly #limits: RtmpLimits;
  readonly #budget: PartialBudget;
  readonly #chunkSize: number;
  readonly #chunks: TagChunks;
  readonly #handler: PublicationHandler;
  readonly #listener: Deno.Listener;
  readonly #tls: TlsEntrance | undefined;
  readonly #errors: ErrorReport;
  readonly #decisions: Decisions;
  readonly #entrance: AdobeEntrance | undefined;
  readonly #publishers = new PublisherRegistry();
  readonly #inspector: Inspector | undefined;
  readonly #connections: ConnectionSet;
  readonly #refusals = { connections: new Seldom(), descriptors: new Seldom() };
  /** Publications that come by another way than RTMP. */
  readonly #external = new Set<TagPublisher>();
  /** Everything that has to end before the server has. */
  readonly #tasks = new Set<Promise<void>>();
  /** Publications whose handler has not settled. */
  readonly #unsettled = new Set<Publication>();
  #stopChecks: () => void = () => {};
  /** Ends what waits for something to begin. */
  readonly #stop = new AbortController();
  #closed = false;

  /** @param inspector Chooses publications whose first frames are inspected. */
  constructor(options: ServeRtmpOptions, handler: PublicationHandler, inspector?: Inspector) {
    checkOptions(options, handler);
    this.#inspector = inspector;
    const { hostname = "0.0.0.0", port = 1935, tls, signal } = options;
    const { chunkSize = DEFAULT_SERVER_CHUNK_SIZE } = options;
    this.#options = options;
    this.#limits = completeLimits(options);
    this.#connections = new ConnectionSet(this.#limits, this.ledger);
    this.#budget = new PartialBudget(this.#limits.maxTotalPartialBytes);
    this.#chunkSize = checkChunkSize(chunkSize);
    this.#chunks = new TagChunks(this.#chunkSize);
    this.#handler = handler;
    this.#errors = new ErrorReport(options);
    this.#decisions = new Decisions(options, this.#errors);
    if (options.password !== undefined) {
      const password = (user: string) => this.#decisions.password(user);
      this.#entrance = new AdobeEntrance(password, this.ledger);
    }
    this.#listener = Deno.listen({ hostname, port });
    this.addr = this.#listener.addr as Deno.NetAddr;
    try {
      this.#tls = tls && new TlsEntrance(hostname, tls);
    } catch (error) {
      this.#listener.close();
      throw error;
    }
    this.finished = this.#run();
    const abort = () => void this.shutdown();
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
    this.finished.then(() => signal?.removeEventListener("abort", abort));
  }

  get tlsAddr(): Deno.NetAddr | undefined {
    return this.#tls?.addr;
  }

  get publications(): Publication[] {
    return this.#publishers.publications;
  }

  get connections(): RtmpConnection[] {
    return [...this.#connections];
  }

  /** The connection of this id, if it is open. */
  connection(id: string): RtmpConnection | undefined {
    return this.#connections.get(id);
  }

  async renewCertificate(certificate: Certificate): Promise<void> {
    await this.#tls?.renew(certificate);
  }

  requestReconnect(description: string, tcUrl?: string): number {
    checkString("description", description);
    if (tcUrl !== undefined) checkString("tcUrl", tcUrl);
    const able = [...this.#connections].filter((connection) => connection.canReconnect);
    for (const connection of able) connection.requestReconnect(plainText(description), tcUrl);
    return able.length;
  }

  async publish(
    given: PublishedStream,
    tags: ReadableStream<FlvTag>,
    counts: ReceivedCounts = new ReceivedCounts(),
  ): Promise<PublicationEnd> {
    const asked = completeRequest(given);
    checkTags(tags);
    const path = streamPath(asked.app, asked.name);
    if ("description" in path) {
      tags.cancel(path.description).catch(() => {});
      noteInvalidName(this.ledger, asked, path);
      throw refusedTags("a stream", path, StatusCode.PublishDenied);
    }
    const request = { ...asked, ...path };
    const denied = await this.#authorize(request);
    if (denied) {
      tags.cancel(denied.description).catch(() => {});
      noteRefusal(this.ledger, request, denied, "not-authorized");
      throw refusedTags(request.path, denied, StatusCode.PublishDenied);
    }
    // The name is claimed when there is something to publish under it.
    const patience = { timeout: this.#limits.timeout, signal: this.#stop.signal };
    const action = `publish ${request.path}`;
    const inspection = this.#inspection(request);
    const trial = inspection && new Trial(inspection);
    let verdict: Verdict;
    const isEnough = (tag: FlvTag) =>
      !trial || (verdict = trial.take(toMessage(tag))) !== undefined;
    const whole = await begun(action, tags, patience, isEnough).catch((error) => ({ error }));
    if (!whole) {
      this.#decisions.release(request);
      return { reason: "unpublished", description: "Nothing was published" };
    }
    if (this.#closed) {
      this.#decisions.release(request);
      if (!("error" in whole)) whole.cancel(SHUTTING_DOWN.description).catch(() => {});
      return { reason: "closed", description: SHUTTING_DOWN.description };
    }
    if ("error" in whole) {
      this.#decisions.release(request);
      return { reason: "failed", description: errorMessage(whole.error), error: whole.error };
    }
    if (isRefusal(verdict)) {
      this.#decisions.release(request);
      whole.cancel(verdict.description).catch(() => {});
      throw refusedTags(request.path, verdict, StatusCode.PublishBadName);
    }
    const publisher = new TagPublisher(request, whole, counts);
    const { publication } = publisher;
    const refusal = this.#claim(publication, request, () => publisher.silence);
    if (refusal) {
      this.#decisions.release(request);
      publication.close(refusal.description);
      noteRefusal(this.ledger, request, refusal, "name-taken");
      throw refusedTags(request.path, refusal, StatusCode.PublishBadName);
    }
    this.#external.add(publisher);
    this.#track(this.#publish(publication));
    try {
      return await publisher.run();
    } finally {
      this.#external.delete(publisher);
    }
  }

  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    checkObject("the options", options);
    const { timeout } = options;
    if (timeout !== undefined) checkNumber("timeout", timeout, 0, LONGEST_TIME);
    const ended = this.#shutdown(timeout ?? SHUTDOWN_DRAIN_TIME);
    if (timeout === undefined) return await ended;
    if (!await settlesWithin(ended, timeout)) await this.#cut();
  }

  async #shutdown(drainTime: number): Promise<void> {
    this.#closed = true;
    this.#stop.abort(SHUTTING_DOWN.description);
    this.#decisions.end();
    this.listening = false;
    this.#listener[Symbol.dispose]();
    this.#tls?.close();
    for (const { publication } of this.#external) publication.close(SHUTTING_DOWN.description);
    this.requestReconnect(SHUTTING_DOWN.description);
    const { reconnectTimeout = 5_000 } = this.#options;
    await Promise.all([...this.#connections].map(async (connection) => {
      if (connection.canReconnect) await connection.gone(reconnectTimeout);
      await connection.shutdown(drainTime);
    }));
    await this.finished;
  }

  /** Closes what is open, and waits no longer for handlers than for the tags to end. */
  async #cut(): Promise<void> {
    for (const connection of this.#connections) connection.close();
    if (await settlesWithin(this.finished, CUT_TIME)) return;
    this.#stopChecks();
    for (const { path, id, connection } of this.#unsettled) {
      log.warn("The handler of {path} is not waited for any longer", {
        ...{ path, publication: id, connection },
      });
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  async #run(): Promise<void> {
    this.#stopChecks = atIntervals(TIME_CHECK_INTERVAL, () => {
      for (const connection of this.#connections) connection.checkTime();
      for (const publisher of this.#external) publisher.checkTime(this.#limits.timeout);
    });
    const take = (conn: Deno.Conn) => this.#take(conn);
    const failed = (error: unknown) => {
      if (isResetByClient(error)) this.ledger.emptyConnections++;
      else this.ledger.failedAccepts++;
      this.#errors.acceptFailed(error);
    };
    await Promise.all([acceptAll(this.#listener, take, failed), this.#tls?.run(take, failed)]);
    this.listening = false;
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
    this.#stopChecks();
  }

  #take(conn: Deno.Conn): void {
    // Accepted while the server was being shut down.
    if (this.#closed) return conn[Symbol.dispose]();
    const connection = new Connection(conn, {
      chunkSize: this.#chunkSize,
      chunks: this.#chunks,
      limits: this.#limits,
      budget: this.#budget,
    });
    const shortage = this.#connections.add(connection);
    if (shortage) {
      this.#turnedAway(connection, shortage);
      return connection.close();
    }
    this.#track(this.#serve(connection).finally(() => this.#connections.delete(connection)));
  }

  /** A flood must not become one of log lines: the ledger counts all. */
  #turnedAway({ id, remoteAddr }: Connection, shortage: Shortage): void {
    const count = this.#refusals[shortage].add();
    if (count === undefined) return;
    log.warn("{remoteAddr} was turned away: {reason} ({count} since the last report)", {
      ...{ connection: id, remoteAddr, reason: SHORTAGES[shortage], count },
    });
  }

  #track(task: Promise<void>): void {
    this.#tasks.add(task);
    task.finally(() => this.#tasks.delete(task));
  }

  async #serve(connection: Connection): Promise<void> {
    const facts = { connection: connection.id, remoteAddr: connection.remoteAddr };
    log.debug("{remoteAddr} connected", facts);
    const { error } = await connection.run(this.#sessionHandler(connection));
    if (connection.isEmpty) {
      this.ledger.emptyConnections++;
      return log.debug("{remoteAddr} disconnected without a byte", facts);
    }
    if (!connection.hasShakenHands) this.ledger.failedHandshakes++;
    if (connection.isCut) this.ledger.cutConnections++;
    const level = levelOfEnd(connection, error);
    if (error === undefined) return log[level]("{remoteAddr} disconnected", facts);
    log[level]("{remoteAddr} disconnected: {error}", { ...facts, error: String(error) });
  }

  async #authorize(request: StreamRequest): Promise<Refusal | undefined> {
    return this.#closed ? SHUTTING_DOWN : await this.#decisions.authorize(request);
  }

  #claim(
    publication: Publication,
    request: StreamRequest,
    silence: () => number,
  ): Refusal | undefined {
    return this.#publishers.claim(
      publication,
      silence,
      (holder) => this.#decisions.takesOver(holder, request),
    );
  }

  #inspection(request: StreamRequest): Inspection | undefined {
    const inspect = this.#inspector?.(request, () => this.#publishers.silenceOf(request.path));
    return inspect && ((tag) => {
      const verdict = inspect(tag);
      if (isRefusal(verdict)) noteRefusal(this.ledger, request, verdict, "name-taken");
      return verdict;
    });
  }

  #sessionHandler(connection: Connection): SessionHandler {
    const facts = { connection: connection.id, remoteAddr: connection.remoteAddr };
    let unsettled = 0;
    const counted = <T>(request: Requested, answer: T, reason: RefusalReason): T => {
      if (isRefusal(answer)) noteRefusal(this.ledger, request, answer, reason);
      return answer;
    };
    return {
      admit: async (app) => await this.#entrance?.admit(app, facts),
      reject: (refusal) => noteInvalidName(this.ledger, facts, refusal),
      warn: (text) => log.warn("{remoteAddr}: {text}", { ...facts, text }),
      authorize: async (request) =>
        counted(request, await this.#authorize(request), "not-authorized"),
      inspection: (request) => this.#inspection(request),
      claim: (publication, request) => {
        // Handlers that are slow to settle must not pile up behind a peer that publishes in a loop.
        const refusal = unsettled >= this.#limits.maxMessageStreams
          ? { description: "Too many publications of this connection have not been settled yet" }
          : this.#claim(publication, request, () => connection.silence);
        return counted(publication, refusal, "name-taken");
      },
      begin: (publication) => {
        unsettled++;
        connection.carry(publication);
        this.#track(this.#publish(publication).finally(() => unsettled--));
      },
      play: async (request, filter) => {
        const answer = await this.#decisions.play(request, filter, connection);
        if (!isRefusal(answer)) connection.hasPlayed = true;
        return counted(request, answer, "not-playable");
      },
      release: (request) => this.#decisions.release(request),
      playFailed: (request, error) => this.#errors.report(error, { during: "play", request }),
    };
  }

  async #publish(publication: Publication): Promise<void> {
    const { connection, path, ledger, flashVer, remoteAddr } = publication;
    const facts = { connection, publication: publication.id, path };
    log.info("{path} is published by {remoteAddr} ({flashVer})", {
      ...facts,
      remoteAddr,
      flashVer,
    });
    this.ledger.open(ledger);
    this.#unsettled.add(publication);
    try {
      await this.#handler(publication);
      publication.close("The application has finished with this stream");
    } catch (error) {
      this.#errors.report(error, { during: "handler", publication });
      publication.close("The application has failed");
    }
    this.#unsettled.delete(publication);
    if (!publication.tags.locked) await publication.tags.cancel().catch(() => {});
    const { description } = await publication.closed;
    this.ledger.close(ledger);
    log.info("{path} has ended: {description}. {ledger}", {
      ...facts,
      description,
      ledger: loggedLedger(ledger, ledger.describe()),
    });
  }
}

/** Whether something settles within this time. */
async function settlesWithin(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([work.then(() => true as const), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What an RTMP publisher would have been told. */
function refusedTags(what: string, refusal: Refusal, usualCode: string): RtmpCommandError {
  return new RtmpCommandError(`Cannot publish ${what}`, {
    read: refusal.description,
    statusCode: refusal.code ?? usualCode,
  });
}

/**
 * How much the end of a connection matters to the operator. What the peer did wrong is a warning. What
 * its system or the network did is news, but for the connection of a stream whose own end is in the
 * log: an encoder that has said goodbye may be reset as well, since it no longer reads.
 */
function levelOfEnd(connection: Connection, error: unknown): "warn" | "info" | "debug" {
  if (error instanceof RtmpError) return "warn";
  if (error !== undefined && connection.lostPublication) return "info";
  return connection.hasPublished || connection.hasPlayed ? "debug" : "info";
}
