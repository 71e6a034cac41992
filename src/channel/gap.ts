/**
 * The time in which a consumer gets nothing, until there is a tag to begin with.
 *
 * @module
 */

import type { DropReason } from "../ledger/consumer.ts";

/**
 * Milliseconds of stream time for which a keyframe is waited for before sound goes ahead of the
 * picture: less than the two seconds that encoders often leave between keyframes, so that no viewer
 * waits longer for sound than for the picture of most streams.
 */
const KEYFRAME_PATIENCE = 1_500;

/** A gap in what a consumer gets. */
export class Gap {
  /** Why it gets nothing. */
  readonly reason: DropReason;
  /** The time of the first tag that was left out. */
  #from: number | undefined;

  /** A gap begins. */
  constructor(reason: DropReason) {
    this.reason = reason;
  }

  /** Whether a keyframe has been waited for long enough, at this time of the stream. */
  isOver(timestamp: number): boolean {
    // After a jump back, the wait begins again.
    if (this.#from === undefined || timestamp < this.#from) this.#from = timestamp;
    return timestamp - this.#from >= KEYFRAME_PATIENCE;
  }
}
