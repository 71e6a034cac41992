/**
 * The media of a publication that have arrived, whatever was announced.
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

/** The kinds of media that a consumer can turn off. */
export type MediaType = "audio" | "video";

/** Milliseconds of stream time without a frame after which a kind of media has stopped. */
const STOPPED_AFTER = 5_000;

/** A track of a frame. */
interface Track {
  trackId: number;
  codec: string;
}

/** Records the media of a publication, by its frames. */
export class PublishedMedia {
  /** Tracks such as `video:0:avc1`. */
  readonly #tracks = new Set<string>();
  /** Headers of single-track tags that have been parsed, so that each is parsed once. */
  readonly #parsedHeaders = new Set<number>();
  readonly #lastFrame: { audio?: number; video?: number } = {};
  #now = 0;
  /** The lowest id of a video track. */
  #firstTrack = Infinity;

  /** Whether no frame has arrived. */
  get isEmpty(): boolean {
    return this.#tracks.size === 0;
  }

  /** Whether a frame of this kind has arrived. */
  has(type: MediaType): boolean {
    return this.#lastFrame[type] !== undefined;
  }

  /** Whether frames of this kind are arriving; a kind that has stopped may resume at any time. */
  isActive(type: MediaType): boolean {
    const last = this.#lastFrame[type];
    return last !== undefined && this.#now - last <= STOPPED_AFTER;
  }

  /** Advances the time of the stream. */
  advance(timestamp: number): void {
    this.#now = timestamp;
  }

  /** Records a frame. Returns whether it has a new track. */
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
   * Whether a video tag contains the first track. Each track may have tags of its own: new
   * consumers begin with a keyframe of the first, and those of the others follow.
   */
  isFirstTrack(tag: FlvTag): boolean {
    return singleTrackHeader(tag) !== undefined ||
      tracksOf(tag).some(({ trackId }) => trackId === this.#firstTrack);
  }

  /** Whether it has a track of this kind that the other lacks. */
  hasTrackMissingFrom(other: PublishedMedia, type: MediaType): boolean {
    for (const track of this.#tracks) {
      if (track.startsWith(type) && !other.#tracks.has(track)) return true;
    }
    return false;
  }
}

/** Whether an audio frame is AAC, which no decoder can read without its header. */
export function isAac(tag: FlvTag): boolean {
  return tracksOf(tag).some(({ codec }) => codec === "mp4a");
}

/**
 * A number that identifies the codec of a frame with a single track; `undefined` if it has several.
 */
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
