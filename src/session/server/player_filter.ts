/**
 * What a player gets of Enhanced RTMP: what it has said that it knows.
 *
 * @module
 */

import { FlvError } from "../../errors.ts";
import { type AudioTag, parseAudioTag } from "../../flv/audio_tag.ts";
import type { FlvTag } from "../../flv/flv_tag.ts";
import { extractTrack, FIRST_TRACK, stripModEx } from "../../flv/extract_track.ts";
import { isEnhanced } from "../../flv/tag_kind.ts";
import { parseVideoTag, type VideoTag } from "../../flv/video_tag.ts";
import { type Capabilities, CapsEx } from "../capabilities.ts";

/** Passes a tag on, as it is or made plainer, or leaves it out. */
export type TagFilter = (tag: FlvTag) => FlvTag | undefined;

/**
 * Makes the filter for a player. One that has announced nothing gets the first track of each kind,
 * whatever its codec; one that has announced something gets the codecs and extensions it named. A
 * tag of many codecs is for peers that take one of them.
 */
export function playerFilter({ announced, fourCcs, capsEx }: Capabilities): TagFilter {
  const takes = ({ codec, tracks }: ParsedTag) =>
    !announced || fourCcs.has("*") || codec === "" ||
    tracks.some((track) => fourCcs.has(track.codec));
  const takesTracks = (capsEx & CapsEx.Multitrack) !== 0;
  const takesModEx = (capsEx & CapsEx.ModEx) !== 0;
  return (tag) => {
    if (!isEnhanced(tag)) return tag;
    try {
      const parsed = parse(tag);
      if (parsed.multitrack && !takesTracks) {
        const plain = extractTrack(tag, FIRST_TRACK);
        return plain && takes(parse(plain)) ? plain : undefined;
      }
      if (!takes(parsed)) return undefined;
      return takesModEx ? tag : stripModEx(tag);
    } catch (error) {
      if (error instanceof FlvError) return undefined;
      throw error;
    }
  };
}

/** What is looked at of a tag. */
type ParsedTag = Pick<VideoTag | AudioTag, "codec" | "multitrack" | "tracks">;

function parse(tag: FlvTag): ParsedTag {
  return tag.type === "audio" ? parseAudioTag(tag.data) : parseVideoTag(tag.data);
}
