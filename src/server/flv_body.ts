/**
 * A live stream as the bytes of an FLV file, for a viewer that begins now.
 *
 * @module
 */

import type { Subscription } from "../channel/subscription.ts";
import type { FlvTag } from "../flv/flv_tag.ts";
import { FlvMuxer } from "../flv/muxer.ts";

/** For how long after the first tag a second kind of media may show, in milliseconds. */
const HEADER_PATIENCE = 1_000;

/** Bytes of tags that may wait for that. */
const HEADER_PATIENCE_BYTES = 1024 * 1024;

/**
 * Gives header and tags to a consumer. Players wait for what the header announces and overlook what
 * it does not, so that it is held back until audio and video have both come, or one of them has
 * been missing for a second.
 */
export function flvBody(subscription: Subscription): ReadableStream<Uint8Array<ArrayBuffer>> {
  const body = new FlvBody(subscription);
  return new ReadableStream({
    pull: (controller) => body.pull(controller),
    cancel: (reason) => body.cancel(reason),
  }, { highWaterMark: 0 });
}

class FlvBody {
  readonly #subscription: Subscription;
  readonly #tags: ReadableStreamDefaultReader<FlvTag>;
  #muxer: FlvMuxer | undefined;
  /** A read that was going on when the header would wait no longer. */
  #reading: Promise<ReadableStreamReadResult<FlvTag>> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(subscription: Subscription) {
    this.#subscription = subscription;
    this.#tags = subscription.tags.getReader();
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): Promise<void> {
    if (!this.#muxer) {
      const held = await this.#hold();
      const muxer = this.#muxer = new FlvMuxer(this.#subscription.media);
      controller.enqueue(muxer.header());
      for (const tag of held) controller.enqueue(muxer.tag(tag));
      return;
    }
    const { done, value } = await this.#read();
    this.#reading = undefined;
    if (done) controller.close();
    else controller.enqueue(this.#muxer.tag(value));
  }

  async cancel(reason: unknown): Promise<void> {
    clearTimeout(this.#timer);
    await this.#tags.cancel(reason);
  }

  /** Reads tags until it is known what the header has to say. */
  async #hold(): Promise<FlvTag[]> {
    const held: FlvTag[] = [];
    const first = await this.#read();
    let bytes = 0;
    let late = false;
    const patience = new Promise<undefined>((resolve) => {
      this.#timer = setTimeout(() => {
        late = true;
        resolve(undefined);
      }, Math.max(0, HEADER_PATIENCE - this.#subscription.sourceAge));
    });
    for (let next: typeof first | undefined = first; next && !next.done;) {
      this.#reading = undefined;
      held.push(next.value);
      bytes += next.value.data.length;
      if (late || this.#subscription.hasAllMedia || bytes > HEADER_PATIENCE_BYTES) break;
      next = await Promise.race([this.#read(), patience]);
    }
    clearTimeout(this.#timer);
    return held;
  }

  #read(): Promise<ReadableStreamReadResult<FlvTag>> {
    return this.#reading ??= this.#tags.read();
  }
}
