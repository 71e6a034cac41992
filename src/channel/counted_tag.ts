/**
 * A tag with its classification, which the channel determines once for all consumers.
 *
 * @module
 */

import type { FlvTag } from "../flv/flv_tag.ts";
import type { MediaKind } from "../ledger/counts.ts";

/** A tag of a publication. */
export interface CountedTag {
  readonly tag: FlvTag;
  /** The counter to which it belongs. */
  readonly kind: MediaKind;
  /** Whether it is a frame with which a decoder of the first video track can begin. */
  readonly keyframe: boolean;
  /**
   * Whether it is a frame that no decoder can read, since its header has not been published yet.
   */
  readonly lacksHeader: boolean;
  /** Whether it is a frame of the previous publication, sent again. */
  readonly resent?: boolean;
}

/**
 * The approximate memory of a tag beside its data, in bytes. Without it, a flood of empty tags
 * would exceed no bound in bytes.
 */
export const TAG_OVERHEAD = 256;

/** The approximate memory of a tag, in bytes. */
export function sizeOf(tag: FlvTag): number {
  return TAG_OVERHEAD + tag.data.length;
}
