/**
 * `serveRtmp`: an RTMP server as a function, like `Deno.serve`.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { LARGEST_MESSAGE } from "../chunk/chunk.ts";
import { ServerLedger } from "../ledger/server_ledger.ts";
import type { Publication, StreamRequest } from "../session/publication.ts";
import type { SessionHandler } from "../session/session_handler.ts";
import type { Refusal } from "../session/status.ts";
import { acceptAll } from "./accept.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { Names } from "./names.ts";

/** What {@linkcode serveRtmp} can be told. */
export interface ServeRtmpOptions {
  /** The address to listen on: `0.0.0.0`, all of them, by default. */
  hostname?: string;
  /** The port to listen on: 1935 by default; 0 picks a free one, see `server.addr`. */
  port?: number;
  /** The chunk size to announce, in bytes: 1 to 16,777,215, 65536 by default. */
  chunkSize?: number;
  /** The largest message accepted, in bytes: up to 16,777,215, which is the default. */
  maxMessageSize?: number;
  /** How long a peer may send or take nothing, in milliseconds: 30,000 by default. */
  timeout?: number;
  /** How long a handshake may take, in milliseconds: 10,000 by default. */
  handshakeTimeout?: number;
  /** How long `authorize` may take, in milliseconds: 10,000 by default; then it is a refusal. */
  authorizeTimeout?: number;
  /** How many peers may be connected at once: 1000 by default. */
  maxConnections?: number;
  /** Shuts the server down when it is aborted. */
  signal?: AbortSignal;
  /**
   * Asked before a publish or play is accepted: `true`, or a refusal whose code and description
   * reach the peer. An error or a timeout is a refusal that says no more than that.
   */
  authorize?: (request: StreamRequest) => Authorization | Promise<Authorization>;
}

/** `true`, or why not. */
export type Authorization = true | Refusal;

/** Takes a publication; the publication ends, if it has not yet, when the promise settles. */
export type PublicationHandler = (publication: Publication) => void | Promise<void>;

/** A server that listens. */
export interface RtmpServer extends AsyncDisposable {
  /** Where it listens. */
  readonly addr: Deno.NetAddr;
  /** Resolves when the server has ended and every handler has settled. */
  readonly finished: Promise<void>;
  /** What it has seen. */
  readonly ledger: ServerLedger;
  /** The publications that go on now. */
  readonly publications: Publication[];
  /**
   * Stops taking connections, tells every peer, ends all publications and waits for their handlers
   * to settle.
   */
  shutdown(): Promise<void>;
}

/** How often it is looked whether a peer keeps us waiting, in milliseconds. */
const TIME_CHECK_INTERVAL = 1_000;

const log = getLogger(["sluice", "rtmp"]);

/**
 * Takes in publishers over RTMP and calls `handler` for each publication that is accepted.
 *
 * @param options Where to listen, what to allow.
 * @param handler Called when a publisher has been told to begin. Whoever does not read `tags` holds
 * the publisher back. When it rejects, the publisher is told that something failed here.
 * @throws {Deno.errors.AddrInUse} If the port is taken.
 * @throws {Deno.errors.NotCapable} If `--allow-net` was not given.
 *
 * @example
 * ```ts ignore
 * import { FlvMuxerStream, serveRtmp } from "@sluice/rtmp";
 *
 * serveRtmp({ port: 1935 }, async (publication) => {
 *   const file = await Deno.create(`${publication.fileName}.flv`);
 *   await publication.tags.pipeThrough(new FlvMuxerStream()).pipeTo(file.writable);
 * });
 * ```
 */
export function serveRtmp(options: ServeRtmpOptions, handler: PublicationHandler): RtmpServer {
  const { hostname = "0.0.0.0", port = 1935 } = options;
  return new Server(Deno.listen({ hostname, port }), options, handler);
}

class Server implements RtmpServer {
  readonly addr: Deno.NetAddr;
  readonly finished: Promise<void>;
  readonly ledger: ServerLedger = new ServerLedger();
  readonly #listener: Deno.Listener;
  readonly #options: ServeRtmpOptions;
  readonly #connectionOptions: ConnectionOptions;
  readonly #handler: PublicationHandler;
  readonly #names = new Names();
  readonly #connections = new Set<Connection>();
  /** Everything that has to end before the server has. */
  readonly #tasks = new Set<Promise<void>>();

  constructor(listener: Deno.Listener, options: ServeRtmpOptions, handler: PublicationHandler) {
    this.#listener = listener;
    this.addr = listener.addr as Deno.NetAddr;
    this.#options = options;
    this.#connectionOptions = {
      chunkSize: options.chunkSize ?? 65_536,
      maxMessageSize: options.maxMessageSize ?? LARGEST_MESSAGE,
      handshakeTimeout: options.handshakeTimeout ?? 10_000,
      timeout: options.timeout ?? 30_000,
    };
    this.#handler = handler;
    this.finished = this.#run();
    options.signal?.addEventListener("abort", () => void this.shutdown(), { once: true });
  }

  get publications(): Publication[] {
    return this.#names.publications;
  }

  async shutdown(): Promise<void> {
    this.#listener[Symbol.dispose]();
    await Promise.all([...this.#connections].map((connection) => connection.shutdown()));
    await this.finished;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  async #run(): Promise<void> {
    const timer = setInterval(() => {
      for (const connection of this.#connections) connection.checkTime();
    }, TIME_CHECK_INTERVAL);
    await acceptAll(this.#listener, (conn) => this.#take(conn), (error) => {
      this.ledger.failedAccepts++;
      log.warn("Cannot take in a connection: {error}", { error: String(error) });
    });
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
    clearInterval(timer);
  }

  #take(conn: Deno.Conn): void {
    if (this.#connections.size >= (this.#options.maxConnections ?? 1000)) {
      this.ledger.tooManyConnections++;
      log.warn("Cannot take in one more connection: {count} are open", {
        count: this.#connections.size,
      });
      return conn[Symbol.dispose]();
    }
    const connection = new Connection(conn, this.#connectionOptions);
    this.ledger.connections++;
    this.#connections.add(connection);
    this.#track(this.#serve(connection).finally(() => this.#connections.delete(connection)));
  }

  #track(task: Promise<void>): void {
    this.#tasks.add(task);
    task.finally(() => this.#tasks.delete(task));
  }

  async #serve(connection: Connection): Promise<void> {
    const { id, remoteAddr, counts } = connection;
    const facts = { connection: id, remoteAddr };
    log.debug("{remoteAddr} has connected", facts);
    const { error } = await connection.run(this.#sessionHandler(connection));
    if (error === undefined) log.info("{remoteAddr} has gone", facts);
    else log.warn("{remoteAddr} has gone: {error}", { ...facts, error: describe(error) });
    if (counts.bytes < 3073) this.ledger.failedHandshakes++;
  }

  #sessionHandler(connection: Connection): SessionHandler {
    return {
      authorize: async (request) => {
        const refusal = await this.#authorize(request);
        if (refusal) this.#refused(connection, request, refusal);
        return refusal;
      },
      claim: (publication) => {
        const refusal = this.#names.claim(publication, () => connection.silence);
        if (refusal) this.#refused(connection, publication, refusal);
        return refusal;
      },
      begin: (publication) => this.#track(this.#publish(connection, publication)),
    };
  }

  #refused(connection: Connection, { app, name }: { app: string; name: string }, refusal: Refusal) {
    this.ledger.refused++;
    log.warn("{remoteAddr} was refused {path}: {description}", {
      connection: connection.id,
      remoteAddr: connection.remoteAddr,
      path: `${app}/${name}`,
      description: refusal.description,
    });
  }

  /** Asks the application. Nobody gets in because a question could not be answered. */
  async #authorize(request: StreamRequest): Promise<Refusal | undefined> {
    const { authorize, authorizeTimeout = 10_000 } = this.#options;
    if (!authorize) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<Refusal>((resolve) => {
      const late = { description: "The server could not decide in time" };
      timer = setTimeout(() => resolve(late), authorizeTimeout);
    });
    try {
      const answer = await Promise.race([authorize(request), timeout]);
      return answer === true ? undefined : answer;
    } catch (error) {
      log.error("Cannot authorize {kind}: {error}", {
        kind: request.kind,
        error: describe(error),
      });
      return { description: "The server could not decide" };
    } finally {
      clearTimeout(timer);
    }
  }

  async #publish(connection: Connection, publication: Publication): Promise<void> {
    const { path, ledger } = publication;
    const facts = { connection: connection.id, publication: publication.id, path };
    log.info("{path} is published by {remoteAddr} ({flashVer})", {
      ...facts,
      remoteAddr: connection.remoteAddr,
      flashVer: publication.flashVer,
    });
    this.ledger.open(ledger);
    try {
      await this.#handler(publication);
      publication.close("The application has finished with this stream");
    } catch (error) {
      log.error("The handler of {path} failed: {error}", { ...facts, error: describe(error) });
      publication.close("The application has failed");
    }
    if (!publication.tags.locked) await publication.tags.cancel().catch(() => {});
    const { description } = await publication.closed;
    this.ledger.close(ledger);
    log.info("{path} has ended: {description}. {books}", {
      ...facts,
      description,
      books: ledger.describe(),
    });
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
