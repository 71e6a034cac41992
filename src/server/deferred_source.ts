/**
 * What a player plays before there is anything to play.
 *
 * @module
 */

import type { SubscribeOptions, Subscription } from "../channel/subscription.ts";
import type { FlvTag } from "../flv/flv_tag.ts";
import type { PlaySource } from "../session/player.ts";

/** Subscribes to a stream, once it is there. */
export type Subscribe = (
  options: SubscribeOptions,
  signal: AbortSignal,
) => Promise<{ subscription: Subscription } | undefined>;

/** A source that begins when its stream does; what the player asks for until then is kept. */
export class DeferredSource implements PlaySource {
  readonly tags: ReadableStream<FlvTag>;
  readonly #given = new AbortController();
  #subscription: Subscription | undefined;
  #reader: ReadableStreamDefaultReader<FlvTag> | undefined;
  #paused = false;
  readonly #unwanted = new Set<"audio" | "video">();

  constructor(subscribe: Subscribe) {
    const options: SubscribeOptions = { kind: "rtmp-play", mode: "live", outlives: true };
    const begun = subscribe(options, this.#given.signal).then((found) => {
      if (found) this.#begin(found.subscription);
    });
    this.tags = new ReadableStream<FlvTag>({
      pull: async (controller) => {
        await begun;
        const result = await this.#reader?.read();
        if (!result || result.done) controller.close();
        else controller.enqueue(result.value);
      },
      cancel: async (reason) => {
        this.#given.abort();
        await this.#reader?.cancel(reason);
      },
    }, { highWaterMark: 0 });
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    this.#subscription?.pause(paused);
  }

  receive(type: "audio" | "video", wanted: boolean): void {
    if (wanted) this.#unwanted.delete(type);
    else this.#unwanted.add(type);
    this.#subscription?.receive(type, wanted);
  }

  #begin(subscription: Subscription): void {
    this.#subscription = subscription;
    this.#reader = subscription.tags.getReader();
    if (this.#paused) subscription.pause(true);
    for (const type of this.#unwanted) subscription.receive(type, false);
  }
}
