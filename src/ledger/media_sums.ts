/**
 * Sums of {@linkcode MediaCounts}.
 *
 * @module
 */

import type { MediaCounts } from "./counts.ts";

/** The number of all tags in a count. */
export function total(counts: MediaCounts): number {
  return counts.videoFrames + counts.audioFrames + counts.scriptTags + counts.otherTags;
}

/** Adds counts to a sum. */
export function addMedia(sum: MediaCounts, counts: MediaCounts): void {
  sum.videoFrames += counts.videoFrames;
  sum.audioFrames += counts.audioFrames;
  sum.scriptTags += counts.scriptTags;
  sum.otherTags += counts.otherTags;
}
