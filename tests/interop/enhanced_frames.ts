/**
 * Frames by track, to compare what was published with what arrived.
 *
 * @module
 */

import { type AudioTag, parseAudioTag } from "../../src/flv/audio_tag.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { isKeyframe, mediaKind } from "../../src/flv/tag_kind.ts";
import { parseVideoTag, type VideoTag } from "../../src/flv/video_tag.ts";

/** A coded frame: the SHA-256 of its bytes, and whether it is a keyframe, which all sound is. */
export interface Frame {
  hash: string;
  keyframe: boolean;
}

/** Frames by track, as `video:0` or `audio:1`, each in the order of decoding. */
export type Tracks = Record<string, Frame[]>;

/** The coded frames in tags. */
export async function framesOf(tags: FlvTag[]): Promise<Tracks> {
  const frames: Tracks = {};
  for (const tag of tags) {
    if (!mediaKind(tag.type, tag.data).endsWith("Frames")) continue;
    for (const { trackId, data } of parseTag(tag).tracks) {
      const digest = await crypto.subtle.digest("SHA-256", data.slice());
      (frames[`${tag.type}:${trackId}`] ??= []).push({
        hash: new Uint8Array(digest).toHex(),
        keyframe: tag.type === "audio" || isKeyframe(tag),
      });
    }
  }
  return frames;
}

/** What a player gets that does not know of several tracks. */
export function firstTracks(tracks: Tracks): Tracks {
  return Object.fromEntries(Object.entries(tracks).filter(([key]) => key.endsWith(":0")));
}

/** The inside of a tag with sound or pictures. */
export function parseTag({ type, data }: FlvTag): AudioTag | VideoTag {
  return type === "audio" ? parseAudioTag(data) : parseVideoTag(data);
}
