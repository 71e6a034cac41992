/**
 * The frames of a stream that relays have been sent lately.
 *
 * @module
 */

import type { Clock } from "../../time/clock.ts";
import type { FlvTag } from "../../flv/flv_tag.ts";
import { mediaKind } from "../../flv/tag_kind.ts";
import { fingerprint } from "../../flv/fingerprint.ts";

/**
 * For how long a frame is known again, in milliseconds: longer than servers keep what they have for
 * newcomers, and programs wait before they send on what they play.
 */
const MEMORY_TIME = 10_000;

/** Frames that are known at most: 10 s of 120 video and 94 audio frames a second are fewer. */
const MAX_FRAMES = 4096;

/** Knows frames again by what is in them. */
export class SentFrames {
  readonly #clock: Clock;
  /** When each was last sent, in the order of that. */
  readonly #sentAt = new Map<number, number>();
  #last: FlvTag | undefined;

  constructor(clock: Clock = performance) {
    this.#clock = clock;
  }

  /** Whether none is known any more. */
  get isEmpty(): boolean {
    this.#forget();
    return this.#sentAt.size === 0;
  }

  /** A tag is sent. Several relays get the very same one. */
  add(tag: FlvTag): void {
    if (tag === this.#last || !isFrame(tag)) return;
    this.#last = tag;
    const hash = fingerprint(tag);
    this.#sentAt.delete(hash);
    this.#sentAt.set(hash, this.#clock.now());
    if (this.#sentAt.size > MAX_FRAMES) this.#forget();
  }

  /** Whether a frame like this one was sent lately. */
  has(tag: Pick<FlvTag, "type" | "data">): boolean {
    const sentAt = this.#sentAt.get(fingerprint(tag));
    return sentAt !== undefined && this.#clock.now() - sentAt <= MEMORY_TIME;
  }

  #forget(): void {
    const oldest = this.#clock.now() - MEMORY_TIME;
    for (const [hash, sentAt] of this.#sentAt) {
      if (sentAt >= oldest && this.#sentAt.size <= MAX_FRAMES) return;
      this.#sentAt.delete(hash);
    }
  }
}

/** Whether a tag is a coded frame: headers and the like are the same over and over. */
export function isFrame({ type, data }: Pick<FlvTag, "type" | "data">): boolean {
  const kind = mediaKind(type, data);
  return kind === "videoFrames" || kind === "audioFrames";
}
