/**
 * An RTMP peer that says what a test has it say, sense or nonsense, and keeps what it hears: over a
 * socket it is a `RawClient`, within the process a `Peer`.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { ChunkDecoder } from "../../src/chunk/chunk_decoder.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { writeCommand } from "../../src/message/command.ts";
import { MessageDecoder } from "../../src/message/message_decoder.ts";
import { MessageEncoder } from "../../src/message/message_encoder.ts";
import type { RtmpMessage } from "../../src/message/message.ts";
import { commandsIn, type Status, statusesIn, STREAM_ID } from "./commands.ts";
import { mediaMessage } from "./media.ts";
import { until } from "./wait.ts";

/** Both directions of a connection, as the peer has them. */
export interface PeerStreams {
  /** What the other side sends. */
  readable: ReadableStream<Uint8Array>;
  /** Where the peer's bytes go. */
  writable: WritableStream<Uint8Array>;
}

/** One end of a connection, after its handshake. */
export class FakePeer {
  /** What the other side has sent. */
  readonly messages: RtmpMessage[] = [];
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #encoder = new MessageEncoder();
  readonly #chunks = new ChunkDecoder();
  readonly #decoder = new MessageDecoder();
  /** Resolves when the peer reads again. */
  #deaf: PromiseWithResolvers<void> | undefined;
  #unsent = 0;
  #ended = false;

  constructor({ readable, writable }: PeerStreams) {
    this.#reader = readable.getReader();
    this.#writer = writable.getWriter();
    // A connection that fails has ended: what that was for is for the other side to say.
    this.#writer.closed.catch(() => {});
    void this.#read();
  }

  /** Whether the other side has ended its direction, or the connection. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Bytes that the other side has not taken. */
  get unsent(): number {
    return this.#unsent;
  }

  /** The values of all commands so far: name, transaction id, object, and so on. */
  get commands(): unknown[][] {
    return commandsIn(this.messages);
  }

  /** All `onStatus` so far. */
  get statuses(): (Status & { stream: number })[] {
    return statusesIn(this.messages).map(({ stream, status: { level, code, description } }) => (
      { stream, level, code, description }
    ));
  }

  /** Waits for an `onStatus` with this code. */
  status(code: string): Promise<Status> {
    return until(
      () => `${code}, after ${JSON.stringify(this.statuses)}, closed: ${this.ended}`,
      () => {
        const found = statusesIn(this.messages).find(({ status }) => status.code === code);
        if (!found && this.ended) throw new Error(`The other side has closed without ${code}`);
        return found?.status;
      },
    );
  }

  /** Waits until the other side has ended the connection. */
  async closed(): Promise<void> {
    await until("the other side to close", () => this.ended);
  }

  /** Waits until the other side has taken everything. */
  async flushed(): Promise<void> {
    await until("bytes to leave", () => this.unsent === 0);
  }

  /** Sends bytes, whatever they are. */
  write(bytes: Uint8Array): void {
    this.#unsent += bytes.length;
    const taken = () => void (this.#unsent -= bytes.length);
    this.#writer.write(bytes).then(taken, taken);
  }

  /** Sends messages in chunks of 128 bytes, unless one of them has set another size. */
  send(...messages: RtmpMessage[]): void {
    this.write(concat(messages.map((message) => this.#encoder.encode(message))));
  }

  /** Sends a command of the connection. */
  command(name: string, transactionId: number, ...values: unknown[]): void {
    this.send(writeCommand(0, name, transactionId, ...values));
  }

  /** Sends a command of a message stream. */
  streamCommand(messageStreamId: number, name: string, ...values: unknown[]): void {
    this.send(writeCommand(messageStreamId, name, 0, null, ...values));
  }

  /** Asks to publish. */
  publish(messageStreamId: number, name: string, type = "live"): void {
    this.streamCommand(messageStreamId, "publish", name, type);
  }

  /** Sends tags. */
  sendTags(tags: Iterable<FlvTag>, messageStreamId = STREAM_ID): void {
    this.send(...Array.from(tags, (tag) => mediaMessage(tag, messageStreamId)));
  }

  /** Says that nothing more comes. */
  end(): void {
    this.#writer.close().catch(() => {});
  }

  /** Fails, as a connection does that is lost or has taken too long. */
  fail(error: unknown): void {
    this.#writer.abort(error).catch(() => {});
  }

  /** Takes nothing more from the other side, so that what it sends piles up. */
  deafen(): void {
    this.#deaf ??= Promise.withResolvers();
  }

  /** Takes what waits, and all that comes. */
  hearAgain(): void {
    this.#deaf?.resolve();
    this.#deaf = undefined;
  }

  /** Takes nothing more, for good: every write to it fails. */
  breakReading(error: unknown): void {
    void this.#reader.cancel(error);
  }

  /** Is told of bytes that have come. */
  protected received(bytes: Uint8Array): void {
    this.#chunks.decode(bytes, (chunk) => {
      const message = this.#decoder.decode(chunk);
      if (message) this.messages.push(message);
    });
  }

  async #read(): Promise<void> {
    try {
      while (true) {
        const { done, value } = await this.#reader.read();
        await this.#deaf?.promise;
        if (done) break;
        this.received(value);
      }
    } finally {
      this.#ended = true;
    }
  }
}
