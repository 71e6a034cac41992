/**
 * A filter that downgrades tags for players that know FLV, and little of Enhanced RTMP.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { writeUint24 } from "../bytes/integers.ts";
import { FlvError } from "../errors.ts";
import { type AudioTag, parseAudioTag } from "./audio_tag.ts";
import { AudioPacketType, skipModEx, VideoPacketType } from "./enhanced_header.ts";
import type { FlvTag } from "./flv_tag.ts";
import { extractTrack, FIRST_TRACK } from "./extract_track.ts";
import { isEnhanced } from "./tag_kind.ts";
import { parseVideoTag, type VideoTag } from "./video_tag.ts";

/** Packet types that every player supports. */
const BASIC_PACKETS: readonly string[] = [
  "sequence-start",
  "coded-frames",
  "coded-frames-x",
  "sequence-end",
  "empty",
];

/**
 * The legacy first bytes of codecs (FLV 10.1, section E.4); the upper half of the video byte is the
 * frame type.
 */
const LEGACY_AVC = 0x07;
const LEGACY_AAC = 0xaf;
const LEGACY_MP3 = 0x2f;

/** Bytes of a legacy AVC header: codec, packet type, composition time. */
const AVC_HEADER_LENGTH = 5;

/**
 * Downgrades a tag. It keeps only the first of several tracks, and removes ModEx. H.264, AAC and
 * MP3 get the legacy header. Packets that some players cannot handle are left out: HDR metadata,
 * speaker positions, commands, MPEG-2 TS headers, reserved and malformed ones.
 *
 * A tag that needs no change is returned as it is. The tag is never modified.
 *
 * @returns The tag; `undefined` if it has nothing for such a player.
 */
export function downgradeTag(tag: FlvTag): FlvTag | undefined {
  if (tag.type === "script") return tag;
  try {
    return tag.type === "video" ? downgradeVideo(tag) : downgradeAudio(tag);
  } catch (error) {
    if (error instanceof FlvError) return undefined;
    throw error;
  }
}

function downgradeVideo(tag: FlvTag): FlvTag | undefined {
  const parsed = parseVideoTag(tag.data);
  if (!BASIC_PACKETS.includes(parsed.packetType)) return undefined;
  if (!isEnhanced(tag)) return tag;
  const track = firstTrackOf(parsed);
  return track?.codec === "avc1" ? toLegacyAvc(tag, parsed, track) : stripExtensions(tag, parsed);
}

function downgradeAudio(tag: FlvTag): FlvTag | undefined {
  const parsed = parseAudioTag(tag.data);
  if (!BASIC_PACKETS.includes(parsed.packetType)) return undefined;
  if (!isEnhanced(tag)) return tag;
  const track = firstTrackOf(parsed);
  const isFrame = parsed.packetType === "coded-frames";
  if (track?.codec === "mp4a") {
    if (parsed.packetType === "sequence-end") return undefined;
    const packet = isFrame ? AudioPacketType.CodedFrames : AudioPacketType.SequenceStart;
    return { ...tag, data: concat([Uint8Array.of(LEGACY_AAC, packet), track.data]) };
  }
  if (track?.codec === ".mp3") {
    if (!isFrame) return undefined;
    return { ...tag, data: concat([Uint8Array.of(LEGACY_MP3), track.data]) };
  }
  return stripExtensions(tag, parsed);
}

function firstTrackOf<Track extends { trackId: number }>(
  { tracks }: { tracks: Track[] },
): Track | undefined {
  return tracks.find(({ trackId }) => trackId === FIRST_TRACK);
}

/** Returns an enhanced tag with one track and no ModEx. */
function stripExtensions(
  tag: FlvTag,
  { multitrack }: Pick<VideoTag | AudioTag, "multitrack">,
): FlvTag | undefined {
  const isBasic = multitrack === undefined && skipModEx(tag.data) === 0;
  return isBasic ? tag : extractTrack(tag, FIRST_TRACK);
}

function toLegacyAvc(
  tag: FlvTag,
  { packetType }: VideoTag,
  track: VideoTag["tracks"][number],
): FlvTag {
  const header = new Uint8Array(AVC_HEADER_LENGTH);
  header[0] = tag.data[0]! & 0x70 | LEGACY_AVC;
  if (packetType === "sequence-end") header[1] = VideoPacketType.SequenceEnd;
  else if (packetType !== "sequence-start") header[1] = VideoPacketType.CodedFrames;
  writeUint24(header, 2, track.compositionTime);
  return { ...tag, data: concat([header, track.data]) };
}
