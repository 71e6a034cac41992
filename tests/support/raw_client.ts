/**
 * A client that does what it is told, sense or nonsense, and keeps what it hears.
 *
 * @module
 */

import { connect, type Socket } from "node:net";
import { concat } from "@std/bytes";
import { ChunkDecoder } from "../../src/chunk/chunk_decoder.ts";
import { writeCommand } from "../../src/message/command.ts";
import { MessageEncoder } from "../../src/message/message_encoder.ts";
import type { RtmpMessage } from "../../src/message/message.ts";
import { MessageDecoder } from "../../src/message/message_decoder.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { commandsIn, type Status, statusesIn, STREAM_ID } from "./commands.ts";
import { mediaMessage } from "./media.ts";
import { until } from "./wait.ts";

export { STREAM_ID };

/** Bytes of S0, S1 and S2. */
const HANDSHAKE_SERVER_BYTES = 1 + 2 * 1536;

/** One connection to a server. */
export class RawClient implements Disposable {
  /** What the server has sent after the handshake. */
  readonly messages: RtmpMessage[] = [];
  readonly #socket: Socket;
  readonly #encoder = new MessageEncoder();
  readonly #chunks = new ChunkDecoder();
  readonly #messages = new MessageDecoder();
  #greeting = new Uint8Array(0);
  #shaken = false;
  #ended = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes) => this.#receive(new Uint8Array(bytes)));
    socket.on("error", () => {});
    socket.on("close", () => this.#ended = true);
    socket.on("end", () => this.#ended = true);
  }

  /** Connects to a port on loopback, from another address than usual if given, and says nothing. */
  static async connect(port: number, localAddress?: string): Promise<RawClient> {
    const socket = connect({
      ...{ host: "127.0.0.1", port, noDelay: true, allowHalfOpen: true },
      ...localAddress !== undefined && { localAddress },
    });
    const client = new RawClient(socket);
    await until("a connection", () => !socket.connecting);
    return client;
  }

  /** Connects, shakes hands, and connects to an app. */
  static async open(port: number, app = "live", localAddress?: string): Promise<RawClient> {
    const client = await RawClient.connect(port, localAddress);
    await client.handshake();
    client.command("connect", 1, { app, tcUrl: `rtmp://127.0.0.1:${port}/${app}` });
    return client;
  }

  /** Does all that and publishes; resolves when the server has allowed it. */
  static async publish(
    port: number,
    name: string,
    app = "live",
    localAddress?: string,
  ): Promise<RawClient> {
    const client = await RawClient.open(port, app, localAddress);
    client.askToPublish(name);
    await client.status("NetStream.Publish.Start");
    return client;
  }

  /** Whether the server has ended its side, or all of it. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The commands that the server has sent: name, transaction id, object, and so on. */
  get commands(): unknown[][] {
    return commandsIn(this.messages);
  }

  /** What the server has said in `onStatus`. */
  get statuses(): Status[] {
    return statusesIn(this.messages).map(({ status }) => status);
  }

  /** Sends bytes, whatever they are. */
  write(bytes: Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  /** Sends messages in chunks of 128 bytes, unless one of them has set another size. */
  send(...messages: RtmpMessage[]): void {
    this.write(concat(messages.map((message) => this.#encoder.encode(message))));
  }

  /** Calls something on the connection. */
  command(name: string, transactionId: number, ...values: unknown[]): void {
    this.send(writeCommand(0, name, transactionId, ...values));
  }

  /** Sends tags on the stream that is published. */
  sendTags(tags: Iterable<FlvTag>): void {
    this.send(...Array.from(tags, (tag) => mediaMessage(tag)));
  }

  /** The simple handshake. */
  async handshake(): Promise<void> {
    this.write(handshakeBytes());
    await until("the server's handshake", () => {
      if (this.#ended) throw new Error("Cannot shake hands: the server has closed");
      return this.#shaken;
    });
  }

  /** Asks for a stream and for its name, and does not wait. */
  askToPublish(name: string): void {
    this.command("createStream", 2, null);
    this.send(writeCommand(STREAM_ID, "publish", 3, null, name, "live"));
  }

  /** Waits for an `onStatus` with this code. */
  status(code: string): Promise<Status> {
    return until(
      () => `${code}, after ${JSON.stringify(this.statuses)}, closed: ${this.#ended}`,
      () => {
        const found = this.statuses.find((status) => status.code === code);
        if (!found && this.#ended) throw new Error(`The server has closed without ${code}`);
        return found;
      },
    );
  }

  /** Waits until the server has ended the connection. */
  async closed(): Promise<void> {
    await until("the server to close", () => this.#ended);
  }

  /** Takes nothing more from the server, so that what it sends piles up. */
  deafen(): void {
    this.#socket.pause();
  }

  /** Goes on taking what the server sends. */
  hearAgain(): void {
    this.#socket.resume();
  }

  /** Bytes that have not left for the server, since it does not take what was sent before them. */
  get unsent(): number {
    return this.#socket.writableLength;
  }

  /** Waits until everything has left for the server. */
  async flushed(): Promise<void> {
    await until("bytes to leave", () => this.#socket.writableLength === 0);
  }

  /** Says that nothing more comes. */
  end(): void {
    this.#socket.end();
  }

  /** Ends the connection with a TCP reset. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** Closes the connection as a program that ends does. */
  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #receive(bytes: Uint8Array): void {
    if (this.#shaken) return this.#decode(bytes);
    this.#greeting = concat([this.#greeting, bytes]);
    if (this.#greeting.length < HANDSHAKE_SERVER_BYTES) return;
    this.#shaken = true;
    this.#decode(this.#greeting.subarray(HANDSHAKE_SERVER_BYTES));
  }

  #decode(bytes: Uint8Array): void {
    this.#chunks.decode(bytes, (chunk) => {
      const message = this.#messages.decode(chunk);
      if (message) this.messages.push(message);
    });
  }
}

/** C0, C1 and C2 of the simple handshake, where C2 does not wait for S1. */
export function handshakeBytes(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(1 + 2 * 1536).fill(0x5a);
  bytes[0] = 3;
  return bytes.fill(0, 1, 9);
}
