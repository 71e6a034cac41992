/**
 * The HTTP side of a server under test, down to its sockets.
 *
 * @module
 */

import { connect, type Socket } from "node:net";
import { FlvDemuxer } from "../../src/flv/demuxer.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { FlvMuxer } from "../../src/flv/muxer.ts";
import type { ConsumerShare } from "../../src/ledger/consumer_share.ts";
import type { App } from "../../src/server/app.ts";
import { concat } from "@std/bytes";
import type { HttpLimits } from "../../src/server/http/http_server.ts";
import { startLimitedApp } from "./server.ts";
import { turns } from "./streams.ts";
import { until } from "./wait.ts";

/** A server within the test's own process. */
export interface HttpApp extends AsyncDisposable {
  readonly app: App;
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** Where HTTP listens. */
  readonly httpPort: number;
  /** Where RTMP listens. */
  readonly port: number;
  /** Waits for a consumer of this kind. */
  consumer(kind: string): Promise<ConsumerShare>;
  /** Waits until nothing is published any more; the books must balance. */
  idle(): Promise<void>;
}

/** Starts one; flags are those of the command line. */
export function startHttpApp(...args: string[]): Promise<HttpApp> {
  return startLimitedHttpApp({}, ...args);
}

/** The same with other limits on HTTP clients. */
export async function startLimitedHttpApp(
  limits: Partial<HttpLimits>,
  ...args: string[]
): Promise<HttpApp> {
  const app = await startLimitedApp(limits, ...args);
  const httpPort = app.http!.port;
  const { ledger } = app.rtmp;
  return {
    app,
    url: `http://127.0.0.1:${httpPort}`,
    httpPort,
    port: app.rtmp.addr.port,
    consumer: (kind) =>
      until(`a consumer of the kind ${kind}`, () => {
        const consumers = [...ledger.current].flatMap((publication) => publication.consumers);
        return consumers.find((consumer) => consumer.kind === kind);
      }),
    async idle() {
      await until("the end of all publications", () => ledger.current.size === 0);
      const balance = ledger.balance();
      if (balance !== 0) throw new Error(`The books are off by ${balance}`);
    },
    async [Symbol.asyncDispose]() {
      await app.shutdown();
      // The adapter between Node's server and the routes looks after bodies in timers of its own.
      await turns();
    },
  };
}

/** Tags as the bytes of an FLV file. */
export function flvBytes(tags: FlvTag[]): Uint8Array<ArrayBuffer> {
  const muxer = new FlvMuxer();
  return concat([muxer.header(), ...tags.map((tag) => muxer.tag(tag))]) as Uint8Array<ArrayBuffer>;
}

/** Reads the body of a response as an FLV file, as it comes. */
export class FlvReader {
  readonly tags: FlvTag[] = [];
  /** Resolves when it has ended, and what it was is a whole file; else rejects. */
  readonly done: Promise<void>;
  readonly #demuxer = new FlvDemuxer();

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.done = this.#read(chunks);
  }

  /** What the FLV header has announced, as `audio+video`; `undefined` before it has come. */
  get announced(): string | undefined {
    const { header } = this.#demuxer;
    return header &&
      ["audio", "video"].filter((kind) => header[kind as "audio" | "video"]).join("+");
  }

  async #read(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of chunks) this.#demuxer.decode(chunk, (tag) => this.tags.push(tag));
    if (this.#demuxer.incompleteBytes > 0) throw new Error("The file ends inside a tag");
  }
}

/** A client that sends bytes and keeps those it gets, unless it is told not to read. */
export class RawHttpClient implements Disposable {
  readonly #socket: Socket;
  #received = "";
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (text) => this.#received += text);
    socket.on("error", () => {});
    socket.on("close", () => this.#closed = true);
  }

  /** Connects to a port on loopback, from another of its addresses if one is given. */
  static async connect(port: number, localAddress = "127.0.0.1"): Promise<RawHttpClient> {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true, localAddress });
    const client = new RawHttpClient(socket);
    await until("a connection", () => !socket.connecting);
    return client;
  }

  /** What has come so far, a character a byte. */
  get received(): string {
    return this.#received;
  }

  /** Bytes that have not left for the server, since it does not take what was sent before them. */
  get unsent(): number {
    return this.#socket.writableLength;
  }

  /** Whether the connection has gone. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Sends a request line and its headers. */
  request(line: string, ...headers: string[]): void {
    this.write([`${line} HTTP/1.1`, "Host: localhost", ...headers, "", ""].join("\r\n"));
  }

  /** Sends text, a byte a character. */
  write(bytes: string | Uint8Array): void {
    this.#socket.write(typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
  }

  /** Waits for this in what comes. */
  async text(pattern: RegExp): Promise<string> {
    return await until(
      () => `${pattern} in ${JSON.stringify(this.#received.slice(0, 1000))}`,
      () => pattern.exec(this.#received)?.[0],
    );
  }

  /** Reads nothing more, so that the server cannot write any more before long. */
  stopReading(): void {
    this.#socket.pause();
  }

  /** Goes on reading. */
  goOnReading(): void {
    this.#socket.resume();
  }

  /** Says that nothing more comes. */
  end(): void {
    this.#socket.end();
  }

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

/** A PUT whose body goes on for as long as the test wants. */
export class SlowPut implements Disposable {
  readonly client: RawHttpClient;

  private constructor(client: RawHttpClient) {
    this.client = client;
  }

  /** Begins it. */
  static async begin({ httpPort }: HttpApp, path = "/live/demo.flv"): Promise<SlowPut> {
    const client = await RawHttpClient.connect(httpPort);
    client.request(`PUT ${path}`, "Transfer-Encoding: chunked");
    return new SlowPut(client);
  }

  /** Sends a piece of the body. */
  send(bytes: Uint8Array): void {
    const [head, tail] = [`${bytes.length.toString(16)}\r\n`, "\r\n"].map((text) =>
      new TextEncoder().encode(text)
    );
    this.client.write(concat([head!, bytes, tail!]));
  }

  /** Sends the end of the body. */
  end(): void {
    this.client.write("0\r\n\r\n");
  }

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.client[Symbol.dispose]();
  }
}

/** Sends a request with these headers and no others; gives the status. `PORT` is the server's. */
export async function statusOf(
  { httpPort }: HttpApp,
  line: string,
  headers: readonly string[],
  body: string | Uint8Array = "",
): Promise<number> {
  using client = await RawHttpClient.connect(httpPort);
  const head = [`${line} HTTP/1.1`, ...headers, `Content-Length: ${body.length}`, "", ""];
  client.write(head.join("\r\n").replaceAll("PORT", String(httpPort)));
  client.write(body);
  return Number((await client.text(/^HTTP\/1\.1 \d+/)).slice(-3));
}
