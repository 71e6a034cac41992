/**
 * A server that says what a test has it say, sense or nonsense.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { RtmpChunkDecoderStream } from "../../src/chunk/chunk_decoder_stream.ts";
import { type Command, isCommand, readCommand, writeCommand } from "../../src/message/command.ts";
import { MessageEncoder } from "../../src/message/message_encoder.ts";
import type { RtmpMessage } from "../../src/message/message.ts";
import { RtmpMessageDecoderStream } from "../../src/message/message_decoder_stream.ts";
import { DEFAULT_LIMITS } from "../../src/session/limits.ts";
import { STREAM_ID } from "./commands.ts";
import { within } from "./wait.ts";

export { STREAM_ID };

/** What to do with each connection, the first being number 1. */
export type Script = (end: ServerEnd, number: number) => Promise<void>;

/** A server on a free port of loopback. */
export class ScriptedServer implements AsyncDisposable {
  readonly port: number;
  readonly #listener: Deno.TcpListener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #script: Script;
  readonly #ends: ServerEnd[] = [];
  readonly #over: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  readonly #done: Promise<void>;

  constructor(script: Script) {
    this.port = this.#listener.addr.port;
    this.#script = script;
    this.#done = this.#run();
  }

  /** The address of a stream, without the query of `name` if it has none. */
  url(name = "demo"): string {
    return `rtmp://127.0.0.1:${this.port}/live/${name}`;
  }

  /** How many connections there have been. */
  get connections(): number {
    return this.#ends.length;
  }

  async #run(): Promise<void> {
    const scripts: Promise<void>[] = [];
    try {
      while (true) scripts.push(this.#play(await this.#listener.accept()));
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
    await Promise.all(scripts);
  }

  async #play(conn: Deno.TcpConn): Promise<void> {
    const end = new ServerEnd(conn, this.#over.promise);
    this.#ends.push(end);
    try {
      await this.#script(end, this.#ends.length);
    } finally {
      end.close();
    }
  }

  /** Waits for the scripts to end, which tells whether they went as they were written. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener[Symbol.dispose]();
    this.#over.resolve();
    await within("the scripts to end", this.#done);
  }
}

/** The server's end of one connection. */
export class ServerEnd {
  /** Everything that was read, in order. */
  readonly seen: RtmpMessage[] = [];
  /** Resolves when the test is over: for a server that does nothing until then. */
  readonly over: Promise<void>;
  readonly #conn: Deno.TcpConn;
  readonly #encoder = new MessageEncoder();
  #messages: ReadableStreamDefaultReader<RtmpMessage> | undefined;

  constructor(conn: Deno.TcpConn, over: Promise<void>) {
    this.#conn = conn;
    this.over = over;
  }

  /** The simple handshake. */
  async handshake(): Promise<void> {
    const c0c1 = await this.readBytes(1537);
    await this.write(concat([Uint8Array.of(3), new Uint8Array(1536), c0c1.subarray(1)]));
    await this.readBytes(1536);
  }

  /** Handshake and `connect`; resolves with its command object. */
  async connected(): Promise<Record<string, unknown>> {
    await this.handshake();
    const info = { level: "status", code: "NetConnection.Connect.Success", description: "" };
    const { object } = await this.answer("connect", info);
    return object!;
  }

  /** The next command of this name, answered. */
  async answer(name: string, value: unknown): Promise<Command> {
    const command = await this.command(name);
    await this.send(writeCommand(0, "_result", command.transactionId, null, value));
    return command;
  }

  /** All that and `createStream`. */
  async created(): Promise<void> {
    await this.connected();
    await this.answer("createStream", STREAM_ID);
  }

  /** All that and `publish` or `play`. */
  async begun(name: "publish" | "play"): Promise<void> {
    await this.created();
    await this.command(name);
    await this.status(name === "publish" ? "NetStream.Publish.Start" : "NetStream.Play.Start");
  }

  /** The next message; `undefined` when the client has gone. */
  async next(): Promise<RtmpMessage | undefined> {
    this.#messages ??= this.#bytes()
      .pipeThrough(new RtmpChunkDecoderStream())
      .pipeThrough(new RtmpMessageDecoderStream())
      .getReader();
    const { value } = await within("a message of the client", this.#messages.read());
    if (value) this.seen.push(value);
    return value;
  }

  /** The next message that is right; those before it are left out. */
  async message(isRight: (message: RtmpMessage) => boolean): Promise<RtmpMessage> {
    while (true) {
      const message = await this.next();
      if (!message) throw new Error("The client has gone without the message that was waited for");
      if (isRight(message)) return message;
    }
  }

  /** The next command of this name. */
  async command(name: string): Promise<Command> {
    const message = await this.message((message) =>
      isCommand(message) && readCommand(message, DEFAULT_LIMITS).name === name
    );
    return readCommand(message, DEFAULT_LIMITS);
  }

  /** Reads until the client has said that nothing more comes; returns the names of its commands. */
  async goodbye(): Promise<string[]> {
    while (await this.next());
    return this.seen.filter(isCommand).map((message) => readCommand(message, DEFAULT_LIMITS).name);
  }

  async send(...messages: RtmpMessage[]): Promise<void> {
    await this.write(concat(messages.map((message) => this.#encoder.encode(message))));
  }

  async status(code: string, level = "status", description = ""): Promise<void> {
    await this.send(writeCommand(STREAM_ID, "onStatus", 0, null, { level, code, description }));
  }

  /** Sends bytes, whatever they are. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
  }

  /** What the client sends. Its end leaves our side open, as that of `conn.readable` does not. */
  #bytes(): ReadableStream<Uint8Array> {
    return new ReadableStream({
      pull: async (controller) => {
        const memory = new Uint8Array(64 * 1024);
        const count = await this.#conn.read(memory);
        if (count === null) controller.close();
        else controller.enqueue(memory.subarray(0, count));
      },
    }, { highWaterMark: 0 });
  }

  /** So many bytes, before any message is read. */
  async readBytes(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) {
      const count = await this.#conn.read(bytes.subarray(at));
      if (count === null) throw new Error(`The client has gone after ${at} of ${length} bytes`);
      at += count;
    }
    return bytes;
  }

  close(): void {
    this.#conn[Symbol.dispose]();
  }
}
