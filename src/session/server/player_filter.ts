/**
 * A filter that leaves out the parts of Enhanced RTMP that a player does not support.
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

/** Returns a tag unchanged or simplified, or `undefined` to leave it out. */
export type TagFilter = (tag: FlvTag) => FlvTag | undefined;

/**
 * Makes the filter for a player. A player that announced no capabilities gets the first track of
 * each kind, whatever its codec. Any other player gets the codecs and extensions it announced. A tag
 * of several codecs passes if the player supports one of them.
 */
export function playerFilter({ announced, fourCcs, capsEx }: Capabilities): TagFilter {
  const accepts = ({ codec, tracks }: ParsedTag) =>
    !announced || fourCcs.has("*") || codec === "" ||
    tracks.some((track) => fourCcs.has(track.codec));
  const acceptsTracks = (capsEx & CapsEx.Multitrack) !== 0;
  const acceptsModEx = (capsEx & CapsEx.ModEx) !== 0;
  return (tag) => {
    if (!isEnhanced(tag)) return tag;
    try {
      const parsed = parse(tag);
      if (parsed.multitrack && !acceptsTracks) {
        const plain = extractTrack(tag, FIRST_TRACK);
        return plain && accepts(parse(plain)) ? plain : undefined;
      }
      if (!accepts(parsed)) return undefined;
      return acceptsModEx ? tag : stripModEx(tag);
    } catch (error) {
      if (error instanceof FlvError) return undefined;
      throw error;
    }
  };
}

/** The parts of a tag that the filter examines. */
type ParsedTag = Pick<VideoTag | AudioTag, "codec" | "multitrack" | "tracks">;

function parse(tag: FlvTag): ParsedTag {
  return tag.type === "audio" ? parseAudioTag(tag.data) : parseVideoTag(tag.data);
}
