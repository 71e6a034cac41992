/**
 * A detector of the keyframes in a stream.
 *
 * @module
 */

import { FlvError } from "../errors.ts";
import type { MediaKind } from "../ledger/counts.ts";
import type { FlvTag } from "./flv_tag.ts";
import { DEFAULT_NAL_LENGTH_SIZE, isRandomAccess } from "./random_access.ts";
import { isSequenceHeader } from "./tag_kind.ts";
import { parseVideoTag } from "./video_tag.ts";

/**
 * Finds the tags with which a decoder can begin. It reads the size of NAL unit lengths from the
 * sequence header; with several tracks, from that of the first.
 */
export class KeyframeDetector {
  #nalLengthSize = DEFAULT_NAL_LENGTH_SIZE;

  /** Whether the next tag of the stream, of this kind, is a keyframe. */
  isKeyframe(tag: FlvTag, kind: MediaKind): boolean {
    if (kind === "videoFrames") return isRandomAccess(tag.data, this.#nalLengthSize);
    if (kind === "otherTags" && tag.type === "video" && isSequenceHeader(tag)) {
      this.#nalLengthSize = readNalLengthSize(tag.data) ?? this.#nalLengthSize;
    }
    return false;
  }
}

/**
 * Reads `lengthSizeMinusOne` of a sequence header (ISO/IEC 14496-15, sections 5.3.3.1, 8.3.3.1 and
 * 11.2.4.2); `undefined` if it has none, or belongs to another track.
 */
function readNalLengthSize(body: Uint8Array): number | undefined {
  try {
    const [track] = parseVideoTag(body).tracks;
    if (!track || track.trackId !== 0) return undefined;
    const lessOne = lengthSizeMinusOne(track.codec, track.data);
    return lessOne === undefined ? undefined : lessOne + 1;
  } catch (error) {
    if (error instanceof FlvError) return undefined;
    throw error;
  }
}

function lengthSizeMinusOne(codec: string, configuration: Uint8Array): number | undefined {
  const bits = (at: number, shift: number) => {
    const byte = configuration[at];
    return byte === undefined ? undefined : byte >> shift & 3;
  };
  if (codec === "avc1") return bits(4, 0);
  if (codec === "hvc1") return bits(21, 0);
  if (codec === "vvc1") return bits(0, 1);
}
