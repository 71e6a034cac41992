/**
 * Which media a publication has: what has come, as opposed to what was announced.
 *
 * @module
 */

import { readUint32 } from "../bytes/integers.ts";
import { FlvError } from "../errors.ts";
import { parseAudioTag } from "../flv/audio_tag.ts";
import { AudioPacketType, skipModEx, VideoPacketType } from "../flv/enhanced_header.ts";
import type { FlvTag } from "../flv/flv_tag.ts";
import { isEnhanced } from "../flv/tag_kind.ts";
import { parseVideoTag } from "../flv/video_tag.ts";

/** What a consumer can want or not want. */
export type MediaType = "audio" | "video";

/** Milliseconds of stream time without a frame after which a kind of media has stopped. */
const STOPPED_AFTER = 5_000;

/** A track of a frame. */
interface Track {
  trackId: number;
  codec: string;
}

/** Follows the frames of a publication. A kind of media has come with its first frame. */
export class PublishedMedia {
  /** As `video:0:avc1`. */
  readonly #tracks = new Set<string>();
  /** Headers of plain tags that have been looked at, so that each is parsed once. */
  readonly #parsedHeaders = new Set<number>();
  readonly #lastFrame: { audio?: number; video?: number } = {};
  #now = 0;
  /** The lowest id of a video track. */
  #firstTrack = Infinity;

  /** Whether no frame has come. */
  get isEmpty(): boolean {
    return this.#tracks.size === 0;
  }

  /** Whether a frame of this kind has come. */
  has(type: MediaType): boolean {
    return this.#lastFrame[type] !== undefined;
  }

  /** Whether frames of this kind come now; one that has stopped may be back at any time. */
  isActive(type: MediaType): boolean {
    const last = this.#lastFrame[type];
    return last !== undefined && this.#now - last <= STOPPED_AFTER;
  }

  /** The time of the stream advances. */
  advance(timestamp: number): void {
    this.#now = timestamp;
  }

  /** Takes note of a frame; returns whether it has a track that is new. */
  add(tag: FlvTag): boolean {
    this.advance(tag.timestamp);
    this.#lastFrame[tag.type as MediaType] = tag.timestamp;
    const header = singleTrackHeader(tag);
    if (header !== undefined) {
      if (this.#parsedHeaders.has(header)) return false;
      this.#parsedHeaders.add(header);
    }
    const before = this.#tracks.size;
    for (const { trackId, codec } of tracksOf(tag)) {
      this.#tracks.add(`${tag.type}:${trackId}:${codec}`);
      if (tag.type === "video") this.#firstTrack = Math.min(this.#firstTrack, trackId);
    }
    return this.#tracks.size > before;
  }

  /**
   * Whether a video tag holds the first track. Each track may come in tags of its own; newcomers
   * begin with a keyframe of the first, and those of the others follow it.
   */
  isFirstTrack(tag: FlvTag): boolean {
    return singleTrackHeader(tag) !== undefined ||
      tracksOf(tag).some(({ trackId }) => trackId === this.#firstTrack);
  }

  /** Whether it has a track of this kind that the other has not. */
  hasTrackMissingFrom(other: PublishedMedia, type: MediaType): boolean {
    for (const track of this.#tracks) {
      if (track.startsWith(type) && !other.#tracks.has(track)) return true;
    }
    return false;
  }
}

/** Whether a frame of audio is AAC, which no decoder can read without its header. */
export function isAac(tag: FlvTag): boolean {
  return tracksOf(tag).some(({ codec }) => codec === "mp4a");
}

/** What tells the codec of a frame with a single track; `undefined` if it has many. */
function singleTrackHeader(tag: FlvTag): number | undefined {
  const { type, data } = tag;
  if (!isEnhanced(tag)) return type === "video" ? data[0]! & 0x0f : 0x10 | data[0]! >> 4;
  const at = skipModEx(data);
  const multitrack = type === "video" ? VideoPacketType.Multitrack : AudioPacketType.Multitrack;
  if ((data[at]! & 0x0f) === multitrack) return undefined;
  return readUint32(data, at + 1) + (type === "video" ? 0 : 2 ** 32);
}

function tracksOf({ type, data }: FlvTag): Track[] {
  try {
    return type === "video" ? parseVideoTag(data).tracks : parseAudioTag(data).tracks;
  } catch (error) {
    if (error instanceof FlvError) return [];
    throw error;
  }
}
