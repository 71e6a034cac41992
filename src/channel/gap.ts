/**
 * A gap: the time in which a consumer gets nothing, until a tag with which it can begin.
 *
 * @module
 */

import type { DropReason } from "../ledger/consumer.ts";

/**
 * How long a consumer waits for a keyframe before it gets sound without a picture, in milliseconds
 * of stream time. Encoders often send a keyframe every two seconds; with less than that, no viewer
 * waits longer for sound than for the picture of most streams.
 */
export const KEYFRAME_TIMEOUT = 1_500;

/** A gap in what a consumer gets. */
export class Gap {
  /** Why it gets nothing. */
  readonly reason: DropReason;
  /** The time of the first omitted tag. */
  #startedAt: number | undefined;

  /** Starts a gap. */
  constructor(reason: DropReason) {
    this.reason = reason;
  }

  /** Whether the wait for a keyframe has timed out, at this time of the stream. */
  hasTimedOut(timestamp: number): boolean {
    // After a jump back, the wait begins again.
    if (this.#startedAt === undefined || timestamp < this.#startedAt) this.#startedAt = timestamp;
    return timestamp - this.#startedAt >= KEYFRAME_TIMEOUT;
  }
}
