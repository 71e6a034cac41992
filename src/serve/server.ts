/**
 * The server of `serveRtmp`: it accepts connections, and passes publications to the application.
 *
 * @module
 */

import { checkNumber, MAX_TIMEOUT } from "../check_number.ts";
import { checkObject, checkString } from "../check_option.ts";
import { checkChunkSize } from "../chunk/chunk.ts";
import type { FlvTag } from "../flv/flv_tag.ts";
import { ReceivedCounts } from "../ledger/received_counts.ts";
import { ServerLedger } from "../ledger/server_ledger.ts";
import { acceptAll, isResetByClient } from "../net/accept.ts";
import { type Certificate, TlsListener } from "../net/tls_listener.ts";
import { plainText } from "../plain_text.ts";
import type { Publication, PublicationEnd } from "../publication/publication.ts";
import { completeLimits, type RtmpLimits } from "../session/limits.ts";
import { PartialBudget } from "../session/partial_budget.ts";
import { TagChunks } from "../session/server/tag_chunks.ts";
import { atIntervals } from "../time/at_intervals.ts";
import { settlesWithin } from "../time/idle.ts";
import { AdobeAuthenticator } from "./adobe_authenticator.ts";
import { checkOptions } from "./check_options.ts";
import { Connections } from "./connections.ts";
import { Decisions } from "./decisions.ts";
import { ErrorReport } from "./error_report.ts";
import type { ExternalPublication } from "./external_publication.ts";
import { libraryLogger } from "./logger.ts";
import { type Inspector, Publications, SHUTTING_DOWN } from "./publications.ts";
import { publishTags } from "./publish_tags.ts";
import type { PublishedStream } from "./published_stream.ts";
import type {
  PublicationHandler,
  RtmpConnection,
  RtmpServer,
  ServeRtmpOptions,
  ShutdownOptions,
} from "./types.ts";

/** Interval between checks for silent and stalled peers, in milliseconds. */
const TIME_CHECK_INTERVAL = 1_000;

const DEFAULT_SERVER_CHUNK_SIZE = 65_536;

/**
 * How long the server reads on shutdown what publishers have already sent, in milliseconds, if
 * there is no `timeout`. A few milliseconds are nearly always enough; the rest is for a slow
 * application.
 */
const SHUTDOWN_DRAIN_TIME = 5_000;

/** How long handlers may take after a shutdown has ended their tags by force, in milliseconds. */
const FORCED_END_TIME = 500;

const log = libraryLogger(["sluice", "rtmp"]);

/** A server that listens. */
export class Server implements RtmpServer {
  readonly addr: Deno.NetAddr;
  readonly finished: Promise<void>;
  listening = true;
  readonly ledger: ServerLedger = new ServerLedger();
  readonly #limits: RtmpLimits;
  readonly #reconnectTimeout: number;
  readonly #listener: Deno.Listener;
  readonly #tls: TlsListener | undefined;
  readonly #errors: ErrorReport;
  readonly #publications: Publications;
  readonly #connections: Connections;
  /** Publications that did not arrive over RTMP. */
  readonly #external = new Set<ExternalPublication>();
  #stopChecks: () => void = () => {};
  /** Aborts waits for the first tags of publications. */
  readonly #stop = new AbortController();

  /** @param inspector Chooses publications whose first frames are inspected; none by default. */
  constructor(options: ServeRtmpOptions, handler: PublicationHandler, inspector?: Inspector) {
    checkOptions(options, handler);
    const { hostname = "0.0.0.0", port = 1935, tls, signal } = options;
    const { chunkSize = DEFAULT_SERVER_CHUNK_SIZE, reconnectTimeout = 5_000 } = options;
    const { ledger } = this;
    const limits = completeLimits(options);
    const errors = new ErrorReport(options);
    const decisions = new Decisions(options, errors);
    this.#reconnectTimeout = reconnectTimeout;
    this.#limits = limits;
    this.#errors = errors;
    const publications = new Publications({ handler, decisions, errors, ledger, inspector });
    this.#publications = publications;
    this.#connections = new Connections({
      chunkSize: checkChunkSize(chunkSize),
      chunks: new TagChunks(chunkSize),
      limits,
      budget: new PartialBudget(limits.maxTotalPartialBytes),
    }, {
      ...{ publications, decisions, errors, ledger },
      authenticator: options.password &&
        new AdobeAuthenticator((user) => decisions.password(user), ledger),
      maxUnsettled: limits.maxMessageStreams,
    });
    this.#listener = Deno.listen({ hostname, port });
    this.addr = this.#listener.addr as Deno.NetAddr;
    try {
      this.#tls = tls && new TlsListener(hostname, tls);
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
    return this.#publications.live;
  }

  get connections(): RtmpConnection[] {
    return [...this.#connections];
  }

  /** The open connection with this id. */
  connection(id: string): RtmpConnection | undefined {
    return this.#connections.get(id);
  }

  async renewCertificate(certificate: Certificate): Promise<void> {
    await this.#tls?.renew(certificate);
  }

  requestReconnect(description: string, tcUrl?: string): number {
    checkString("description", description);
    if (tcUrl !== undefined) checkString("tcUrl", tcUrl);
    const capable = [...this.#connections].filter((connection) => connection.canReconnect);
    for (const connection of capable) connection.requestReconnect(plainText(description), tcUrl);
    return capable.length;
  }

  async publish(
    given: PublishedStream,
    tags: ReadableStream<FlvTag>,
    counts: ReceivedCounts = new ReceivedCounts(),
  ): Promise<PublicationEnd> {
    return await publishTags(
      {
        publications: this.#publications,
        ledger: this.ledger,
        external: this.#external,
        deadline: { timeout: this.#limits.timeout, signal: this.#stop.signal },
      },
      given,
      tags,
      counts,
    );
  }

  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    checkObject("the options", options);
    const { timeout } = options;
    if (timeout !== undefined) checkNumber("timeout", timeout, 0, MAX_TIMEOUT);
    const ended = this.#shutdown(timeout ?? SHUTDOWN_DRAIN_TIME);
    if (timeout === undefined) return await ended;
    if (!await settlesWithin(ended, timeout)) await this.#closeAll();
  }

  async #shutdown(drainTime: number): Promise<void> {
    this.#publications.close();
    this.#stop.abort(SHUTTING_DOWN.description);
    this.listening = false;
    this.#listener[Symbol.dispose]();
    this.#tls?.close();
    for (const { publication } of this.#external) publication.close(SHUTTING_DOWN.description);
    this.requestReconnect(SHUTTING_DOWN.description);
    await Promise.all([...this.#connections].map(async (connection) => {
      if (connection.canReconnect) await connection.waitUntilDisconnected(this.#reconnectTimeout);
      await connection.shutdown(drainTime);
    }));
    await this.finished;
  }

  /** Closes all connections at once, and waits for the handlers only for a moment. */
  async #closeAll(): Promise<void> {
    for (const connection of this.#connections) connection.close();
    if (await settlesWithin(this.finished, FORCED_END_TIME)) return;
    this.#stopChecks();
    for (const { path, id, connection } of this.#publications.unsettled) {
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
    const take = (conn: Deno.Conn) => {
      // Accepted while the server was being shut down.
      if (this.#publications.isClosed) conn[Symbol.dispose]();
      else this.#connections.accept(conn);
    };
    const failed = (error: unknown) => {
      if (isResetByClient(error)) this.ledger.emptyConnections++;
      else this.ledger.failedAccepts++;
      this.#errors.acceptFailed(error);
    };
    await Promise.all([acceptAll(this.#listener, take, failed), this.#tls?.run(take, failed)]);
    this.listening = false;
    await this.#connections.settled();
    await this.#publications.settled();
    this.#stopChecks();
  }
}
