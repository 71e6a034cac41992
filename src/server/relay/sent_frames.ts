/**
 * The frames of a stream that relays have been sent lately.
 *
 * @module
 */

import type { Clock } from "../../time/clock.ts";
import type { FlvTag } from "../../flv/flv_tag.ts";
import { mediaKind } from "../../flv/tag_kind.ts";
import type { MediaKind } from "../../ledger/counts.ts";
import { fingerprint } from "../../flv/fingerprint.ts";

/**
 * For how long a frame is known again, in milliseconds: longer than servers keep what they have for
 * newcomers, and programs wait before they send on what they play.
 */
const KNOWN_FOR = 10_000;

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

  /** A tag of a kind is sent. Several relays get the very same one. */
  add(tag: FlvTag, kind: MediaKind): void {
    if (tag === this.#last || !isFrameKind(kind)) return;
    this.#last = tag;
    const print = fingerprint(tag);
    this.#sentAt.delete(print);
    this.#sentAt.set(print, this.#clock.now());
    if (this.#sentAt.size > MAX_FRAMES) this.#forget();
  }

  /** Whether a frame like this one was sent lately. */
  has(tag: Pick<FlvTag, "type" | "data">): boolean {
    const sentAt = this.#sentAt.get(fingerprint(tag));
    return sentAt !== undefined && this.#clock.now() - sentAt <= KNOWN_FOR;
  }

  #forget(): void {
    const oldest = this.#clock.now() - KNOWN_FOR;
    for (const [print, sentAt] of this.#sentAt) {
      if (sentAt >= oldest && this.#sentAt.size <= MAX_FRAMES) return;
      this.#sentAt.delete(print);
    }
  }
}

/** Whether a tag is a coded frame: headers and the like are the same over and over. */
export function isFrame({ type, data }: Pick<FlvTag, "type" | "data">): boolean {
  return isFrameKind(mediaKind(type, data));
}

function isFrameKind(kind: MediaKind): boolean {
  return kind === "videoFrames" || kind === "audioFrames";
}
