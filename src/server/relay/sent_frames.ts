/**
 * A memory of the frames of a stream that relays were recently sent.
 *
 * @module
 */

import type { Clock } from "../../time/clock.ts";
import type { FlvTag } from "../../flv/flv_tag.ts";
import { mediaKind } from "../../flv/tag_kind.ts";
import type { MediaKind } from "../../ledger/counts.ts";
import { fingerprint } from "../../flv/fingerprint.ts";

/**
 * How long a frame is remembered, in milliseconds: longer than servers keep frames for newcomers, and
 * longer than programs delay what they relay.
 */
const MEMORY_TIME = 10_000;

/** The most frames that are remembered: 10 s of 120 video and 94 audio frames a second are fewer. */
const MAX_FRAMES = 4096;

/** Recognizes frames by their content. */
export class SentFrames {
  readonly #clock: Clock;
  /** When each frame was last sent, by its hash, the oldest first. */
  readonly #sentAt = new Map<number, number>();
  #last: FlvTag | undefined;

  constructor(clock: Clock = performance) {
    this.#clock = clock;
  }

  /** Whether no frame is remembered. */
  get isEmpty(): boolean {
    this.#forget();
    return this.#sentAt.size === 0;
  }

  /** Remembers a tag of this kind that was sent. Several relays get the same object. */
  add(tag: FlvTag, kind: MediaKind): void {
    if (tag === this.#last || !isFrameKind(kind)) return;
    this.#last = tag;
    const hash = fingerprint(tag);
    this.#sentAt.delete(hash);
    this.#sentAt.set(hash, this.#clock.now());
    if (this.#sentAt.size > MAX_FRAMES) this.#forget();
  }

  /** Whether a frame with the same content was recently sent. */
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

/** Whether a tag is a coded frame. Headers do not identify a stream: encoders repeat them. */
export function isFrame({ type, data }: Pick<FlvTag, "type" | "data">): boolean {
  return isFrameKind(mediaKind(type, data));
}

function isFrameKind(kind: MediaKind): boolean {
  return kind === "videoFrames" || kind === "audioFrames";
}
