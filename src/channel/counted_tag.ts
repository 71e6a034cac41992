/**
 * A tag with what its channel has found out about it, once for all consumers.
 *
 * @module
 */

import type { FlvTag } from "../flv/flv_tag.ts";
import type { MediaKind } from "../ledger/counts.ts";

/** A tag of a publication. */
export interface CountedTag {
  readonly tag: FlvTag;
  /** What it counts as. */
  readonly kind: MediaKind;
  /** Whether it is a frame that a decoder of the first video track can begin with. */
  readonly keyframe: boolean;
  /** Whether it is a frame that no decoder can read: its header has not been published yet. */
  readonly lacksHeader: boolean;
  /** Whether it is a frame of the publication before, sent again. */
  readonly resent?: boolean;
}

/**
 * Bytes that a tag costs beside its data, about. Without them a flood of empty tags would fill the
 * memory and no bound in bytes.
 */
export const TAG_OVERHEAD = 256;

/** The bytes that a tag takes up, about. */
export function sizeOf(tag: FlvTag): number {
  return TAG_OVERHEAD + tag.data.length;
}
