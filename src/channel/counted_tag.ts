/**
 * A tag with its classification, which the channel determines once for all consumers.
 *
 * @module
 */

import type { FlvTag } from "../flv/flv_tag.ts";
import { KeyframeDetector } from "../flv/keyframe_detector.ts";
import { isMetadata, mediaKind, sequenceHeaderKey } from "../flv/tag_kind.ts";
import type { MediaKind } from "../ledger/counts.ts";

/** A tag with its class. */
export interface ClassifiedTag {
  readonly tag: FlvTag;
  /** The counter to which it belongs. */
  readonly kind: MediaKind;
  /** Whether it is a frame that a decoder of its first track can begin with. */
  readonly isRandomAccess: boolean;
  /** The key under which it is kept for newcomers, if it is metadata or a header. */
  readonly headerKey: string | undefined;
  /** In how many places its data is kept. */
  readonly kept: { places: number };
}

/** A tag of a publication. */
export interface CountedTag extends ClassifiedTag {
  /** Whether it is a frame that a decoder of the first video track can begin with. */
  readonly keyframe: boolean;
  /**
   * Whether it is a frame that no decoder can read, since its header has not been published yet.
   */
  readonly lacksHeader: boolean;
  /** Whether it is a frame of the previous publication, sent again. */
  readonly resent?: boolean;
}

/** What the list of headers calls the metadata. */
export const METADATA = "metadata";

/** Classifies the tags of a stream, in their order. */
export class TagClassifier {
  readonly #keyframes = new KeyframeDetector();

  classify(tag: FlvTag): ClassifiedTag {
    const kind = mediaKind(tag.type, tag.data);
    const isRandomAccess = this.#keyframes.isKeyframe(tag, kind);
    return { tag, kind, isRandomAccess, headerKey: headerKeyOf(tag, kind), kept: { places: 0 } };
  }
}

/** The key of metadata or a header, as {@linkcode sequenceHeaderKey} gives it. */
function headerKeyOf(tag: FlvTag, kind: MediaKind): string | undefined {
  if (kind === "scriptTags") return isMetadata(tag) ? METADATA : undefined;
  return kind === "otherTags" ? sequenceHeaderKey(tag) : undefined;
}

/** What a consumer's own code has made of a tag; other bytes are classified again. */
export function withTag(counted: CountedTag, tag: FlvTag): CountedTag {
  if (tag === counted.tag) return counted;
  const isSame = tag.data === counted.tag.data && tag.type === counted.tag.type;
  if (isSame) return { ...counted, tag };
  const kind = mediaKind(tag.type, tag.data);
  return { ...counted, tag, kind, headerKey: headerKeyOf(tag, kind), kept: { places: 0 } };
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
