/**
 * The writable streams that a source can be joined to, instead of being piped.
 *
 * @module
 */

import type { JoinEnd, Source } from "./source.ts";

/** A stream that takes its items from a source without a pipe between. */
export abstract class JoinableStream<T> extends WritableStream<T> {
  readonly #controller: WritableStreamDefaultController;

  constructor(sink: Omit<UnderlyingSink<T>, "start">) {
    let controller: WritableStreamDefaultController;
    super({ ...sink, start: (given) => void (controller = given) });
    this.#controller = controller!;
  }

  /**
   * Whether nothing is queued or being written, and it has not ended: an ordinary pipe would have to
   * deal with those.
   */
  get isIdle(): boolean {
    if (this.locked) return false;
    const writer = this.getWriter();
    // The high-water mark is 1.
    const { desiredSize } = writer;
    writer.releaseLock();
    return desiredSize === 1;
  }

  /** Takes all that a source gives; resolves when either of them has ended. It does not reject. */
  abstract join(source: Source<T>): Promise<JoinEnd>;

  /** Ends it with an error. */
  fail(error: unknown): void {
    this.#controller.error(error);
  }
}
