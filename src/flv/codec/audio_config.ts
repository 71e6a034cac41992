/**
 * A reader of audio codec configurations.
 *
 * @module
 */

import type { ByteSource } from "../../bytes/byte_source.ts";
import { FlvError } from "../../errors.ts";
import { parseAudioTag, type SoundFlags } from "../audio_tag.ts";
import { readAacConfig } from "./aac.ts";
import { readFlacConfig } from "./flac.ts";
import { readMp3Frame } from "./mp3.ts";
import { readOpusConfig } from "./opus.ts";
import type { AudioConfig } from "./types.ts";

const READERS: Readonly<Record<string, (configuration: Uint8Array) => AudioConfig>> = {
  mp4a: readAacConfig,
  Opus: readOpusConfig,
  fLaC: readFlacConfig,
};

/** The parameters of sound formats that ignore their flags (FLV 10.1, section E.4.2.1). */
const FIXED_FORMATS: Readonly<Record<number, Partial<AudioConfig>>> = {
  4: { sampleRate: 16000, channels: 1 },
  5: { sampleRate: 8000, channels: 1 },
  7: { sampleRate: 8000 },
  8: { sampleRate: 8000 },
  11: { sampleRate: 16000, channels: 1 },
  14: { sampleRate: 8000 },
};

/**
 * Reads the configuration of a track from an audio tag: codec, profile, sample rate and channels,
 * as far as the tag has them.
 *
 * AAC, Opus and FLAC need the sequence header. For other codecs, any tag with sound gives the flags
 * of its header, or the header of its MP3 frame; for AC-3 and E-AC-3, only the name. A multichannel
 * configuration gives the channels of any codec.
 *
 * @param source The body of an audio tag.
 * @param trackId The track to read: by default the first one of the tag.
 * @returns The configuration.
 * @throws {FlvError} If the tag is not a sequence header and its codec needs one, has no such
 * track, or is malformed.
 *
 * @example
 * ```ts
 * import { readAudioConfig } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(readAudioConfig(Uint8Array.of(0xaf, 0, 0x12, 0x10)), {
 *   codec: "mp4a",
 *   profile: "LC",
 *   sampleRate: 44100,
 *   channels: 2,
 * });
 * ```
 */
export function readAudioConfig(source: ByteSource, trackId?: number): AudioConfig {
  const tag = parseAudioTag(source);
  const track = trackId === undefined
    ? tag.tracks[0]
    : tag.tracks.find((track) => track.trackId === trackId);
  if (track?.channels) return { codec: track.codec, channels: track.channels.count };
  const read = track && READERS[track.codec];
  if (read && tag.packetType === "sequence-start") return read(track.data);
  if (track && !read) {
    return (track.codec === ".mp3" ? readMp3Frame(track.data) : undefined) ??
      { codec: track.codec, ...tag.sound && readFlags(tag.sound) };
  }
  throw new FlvError("Cannot read an audio configuration", {
    read: track ? `a tag of type ${tag.packetType}` : `tracks ${tag.tracks.map((t) => t.trackId)}`,
    expected: track ? "sequence-start" : `track ${trackId ?? 0}`,
    byteOffset: 0,
  });
}

function readFlags({ format, sampleRate, channels }: SoundFlags): Partial<AudioConfig> {
  return { sampleRate, channels, ...FIXED_FORMATS[format] };
}
