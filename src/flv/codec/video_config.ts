/**
 * A reader of video codec configurations.
 *
 * @module
 */

import type { ByteSource } from "../../bytes/byte_source.ts";
import { FlvError } from "../../errors.ts";
import { parseVideoTag } from "../video_tag.ts";
import { readAv1Config } from "./av1.ts";
import { readAvcConfig } from "./avc.ts";
import { readHevcConfig } from "./hevc.ts";
import type { VideoConfig } from "./types.ts";
import { readVpConfig } from "./vp.ts";
import { readVvcConfig } from "./vvc.ts";

const READERS: Readonly<Record<string, (configuration: Uint8Array) => VideoConfig>> = {
  avc1: readAvcConfig,
  hvc1: readHevcConfig,
  vvc1: readVvcConfig,
  av01: readAv1Config,
  vp08: (configuration) => readVpConfig("vp08", configuration),
  vp09: (configuration) => readVpConfig("vp09", configuration),
};

/**
 * Reads the configuration of a track from a video sequence header: codec, profile, level, size and
 * frame rate, as far as the codec's configuration has them.
 *
 * VP8 and VP9 have neither size nor frame rate there. For codecs without sequence headers (those of
 * Flash) and unknown ones, any tag gives the name.
 *
 * @param source The body of a video tag that is a sequence header.
 * @param trackId The track to read: by default the first one of the tag.
 * @returns The configuration.
 * @throws {FlvError} If the tag is not a sequence header, has no such track, or is malformed.
 *
 * @example
 * ```ts
 * import { readVideoConfig } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const vp9 = [0x90, 0x76, 0x70, 0x30, 0x39, 1, 0, 0, 0, 0, 40, 0x82, 2, 2, 2, 0, 0];
 * assertEquals(readVideoConfig(Uint8Array.from(vp9)), {
 *   codec: "vp09",
 *   profile: "Profile 0",
 *   level: "4.0",
 * });
 * ```
 */
export function readVideoConfig(source: ByteSource, trackId?: number): VideoConfig {
  const tag = parseVideoTag(source);
  const track = trackId === undefined
    ? tag.tracks[0]
    : tag.tracks.find((track) => track.trackId === trackId);
  const read = track && READERS[track.codec];
  if (track && !read) return { codec: track.codec };
  if (read && tag.packetType === "sequence-start") return read(track.data);
  // AV1VideoDescriptor: descriptor tag and length, then the first bytes of av1C.
  if (track?.codec === "av01" && tag.packetType === "mpeg2ts-sequence-start") {
    return readAv1Config(track.data.subarray(2));
  }
  throw new FlvError("Cannot read a video configuration", {
    read: track ? `a tag of type ${tag.packetType}` : `tracks ${tag.tracks.map((t) => t.trackId)}`,
    expected: track ? "sequence-start" : `track ${trackId ?? 0}`,
    byteOffset: 0,
  });
}
