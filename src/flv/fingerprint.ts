/**
 * Fingerprints of frames, to recognize frames that are sent again.
 *
 * @module
 */

import type { FlvTag } from "./flv_tag.ts";

/**
 * Header bytes that are left out: codec, packet type and composition time, which a server may
 * rewrite. Headers of Enhanced RTMP are longer; the rest of them is included.
 */
const HEADER_BYTES = { audio: 2, video: 5, script: 0 } as const;

/** Bytes that are hashed at each end of a frame. */
const SAMPLE_BYTES = 128;

/** FNV-1a's prime and offset basis, and another basis for a second hash. */
const PRIME = 0x0100_0193;
const BASIS = 0x811c_9dc5;
const OTHER_BASIS = 0x9747_b28c;

/**
 * A hash of a frame: 53 bits, from its type, its length, and bytes at both ends.
 */
export function fingerprint({ type, data }: Pick<FlvTag, "type" | "data">): number {
  const from = Math.min(HEADER_BYTES[type], data.length);
  const length = data.length - from;
  const seed = length * 2 + (type === "video" ? 1 : 0);
  let one = Math.imul(BASIS ^ seed, PRIME);
  let other = Math.imul(OTHER_BASIS ^ seed, PRIME);
  const take = (start: number, end: number) => {
    for (let i = start; i < end; i++) {
      one = Math.imul(one ^ data[i]!, PRIME);
      other = Math.imul(other ^ data[i]!, PRIME) ^ (other >>> 15);
    }
  };
  const middle = Math.min(from + SAMPLE_BYTES, data.length);
  take(from, middle);
  take(Math.max(middle, data.length - SAMPLE_BYTES), data.length);
  return (one >>> 0) * 2 ** 21 + (other >>> 11);
}
