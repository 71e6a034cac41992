/**
 * A connection within the process.
 *
 * @module
 */

import type { Transport } from "../../src/session/client/client_session.ts";

/** One end of it. */
export class Wire implements Transport {
  readonly failure: undefined = undefined;
  readonly readingSince: undefined = undefined;
  readonly writingSince: undefined = undefined;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  /** What has been read beyond the handshake. */
  #rest: Uint8Array | undefined;

  private constructor(readable: ReadableStream<Uint8Array>, writable: WritableStream<Uint8Array>) {
    this.#reader = readable.getReader();
    this.#writer = writable.getWriter();
  }

  /** Both ends. */
  static pair(): [Wire, Wire] {
    const there = new TransformStream<Uint8Array, Uint8Array>();
    const back = new TransformStream<Uint8Array, Uint8Array>();
    return [new Wire(back.readable, there.writable), new Wire(there.readable, back.writable)];
  }

  /** Reads so many bytes, however they were written. */
  async readExactly(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) {
      const { value } = await this.read();
      if (!value) throw new Error(`Cannot read ${length} bytes: only ${at} came`);
      const part = value.subarray(0, length - at);
      bytes.set(part, at);
      at += part.length;
      if (part.length < value.length) this.#rest = value.subarray(part.length);
    }
    return bytes;
  }

  get readable(): ReadableStream<Uint8Array> {
    return new ReadableStream({
      pull: async (controller) => {
        const { done, value } = await this.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => this.cancel(reason),
    }, { highWaterMark: 0 });
  }

  async read(): Promise<ReadableStreamReadResult<Uint8Array>> {
    const rest = this.#rest;
    this.#rest = undefined;
    return rest ? { done: false, value: rest } : await this.#reader.read();
  }

  /** A copy goes over, as with a socket: the memory is the writer's again. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#writer.write(bytes.slice());
  }

  async cancel(reason?: unknown): Promise<void> {
    await this.#reader.cancel(reason).catch(() => {});
  }

  async closeWrite(): Promise<void> {
    await this.#writer.close().catch(() => {});
  }

  async linger(): Promise<void> {
    await this.closeWrite();
    while (!(await this.read()).done);
  }

  close(): void {
    this.#writer.close().catch(() => {});
    this.#reader.cancel().catch(() => {});
  }
}
