import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { FlvError } from "../../src/errors.ts";
import { readAudioConfig } from "../../src/flv/codec/audio_config.ts";
import type { AudioConfig } from "../../src/flv/codec/types.ts";
import { hex } from "../support/bytes.ts";

const OPUS = "4f707573";
const OPUS_HEAD = "4f70757348656164";
const FLAC = "664c6143";
const MP4A = "6d703461";
const MP3 = "2e6d7033";

Deno.test("readAudioConfig() reads AAC configurations", () => {
  const cases: [string, string, Partial<AudioConfig>][] = [
    ["LC", "1210", { profile: "LC", sampleRate: 44100, channels: 2 }],
    ["LC that says: no SBR", "118856e500", { profile: "LC", sampleRate: 48000, channels: 1 }],
    ["7.1", "11b856e500", { profile: "LC", sampleRate: 48000, channels: 8 }],
    ["Main", "0a10", { profile: "Main", sampleRate: 44100, channels: 2 }],
    ["a sample rate of its own", "17 805dc0 10", { profile: "LC", sampleRate: 48000, channels: 2 }],
    ["SBR at once", "2b920800", { profile: "HE-AAC", sampleRate: 44100, channels: 2 }],
    ["SBR behind", "139056e5a0", { profile: "HE-AAC", sampleRate: 44100, channels: 2 }],
    ["PS at once", "eb8a0800", { profile: "HE-AAC v2", sampleRate: 44100, channels: 2 }],
    ["PS behind", "138856e5a54880", { profile: "HE-AAC v2", sampleRate: 44100, channels: 2 }],
    ["channels one by one: 2.1", "118004c4010020000d4c61766335392e33372e31303056e500", {
      profile: "LC",
      sampleRate: 48000,
      channels: 3,
    }],
    ["object type 42", "f94820", { profile: "xHE-AAC", sampleRate: 44100, channels: 1 }],
  ];
  for (const [name, configuration, config] of cases) {
    assertEquals(
      readAudioConfig(hex(`af 00 ${configuration}`)),
      { codec: "mp4a", ...config },
      name,
    );
    assertEquals(
      readAudioConfig(hex(`90 ${MP4A} ${configuration}`)),
      { codec: "mp4a", ...config },
      name,
    );
  }
});

Deno.test("readAudioConfig() reads Opus and FLAC headers", () => {
  const streamInfo = "10001000 000000 000000 0bb802f0 00000000";
  const cases: [string, AudioConfig][] = [
    [`90 ${OPUS} ${OPUS_HEAD} 01 02 3801 c05d0000 0000 00`, {
      codec: "Opus",
      sampleRate: 48000,
      channels: 2,
    }],
    [`90 ${OPUS}`, { codec: "Opus", sampleRate: 48000 }],
    [`90 ${FLAC} ${FLAC} 80000022 ${streamInfo}`, {
      codec: "fLaC",
      sampleRate: 48000,
      channels: 2,
    }],
    [`90 ${FLAC} ${streamInfo}`, { codec: "fLaC", sampleRate: 48000, channels: 2 }],
  ];
  for (const [data, config] of cases) assertEquals(readAudioConfig(hex(data)), config, data);
});

Deno.test("readAudioConfig() reads the flags of legacy formats as far as they mean something", () => {
  const cases: [string, AudioConfig][] = [
    ["3f 0000", { codec: "pcm-le", sampleRate: 44100, channels: 2 }],
    ["4a 00", { codec: "nellymoser", sampleRate: 16000, channels: 1 }],
    ["5f 00", { codec: "nellymoser", sampleRate: 8000, channels: 1 }],
    ["6a 00", { codec: "nellymoser", sampleRate: 22050, channels: 1 }],
    ["73 00", { codec: "alaw", sampleRate: 8000, channels: 2 }],
    ["82 00", { codec: "ulaw", sampleRate: 8000, channels: 1 }],
    ["b6 00", { codec: "speex", sampleRate: 16000, channels: 1 }],
    ["e2 00", { codec: ".mp3", sampleRate: 8000, channels: 1 }],
  ];
  for (const [data, config] of cases) assertEquals(readAudioConfig(hex(data)), config, data);
});

Deno.test("readAudioConfig() reads the header of an MP3 frame rather than flags", () => {
  const cases: [string, AudioConfig][] = [
    ["2f fffb9464", { codec: ".mp3", sampleRate: 48000, channels: 2 }],
    ["2a fff340c4", { codec: ".mp3", sampleRate: 22050, channels: 1 }],
    ["2a ffe340c4", { codec: ".mp3", sampleRate: 11025, channels: 1 }],
    [`91 ${MP3} fffb9064`, { codec: ".mp3", sampleRate: 44100, channels: 2 }],
    ["2f 00000000", { codec: ".mp3", sampleRate: 44100, channels: 2 }],
    ["2f fffb9c64", { codec: ".mp3", sampleRate: 44100, channels: 2 }],
    ["2f ff", { codec: ".mp3", sampleRate: 44100, channels: 2 }],
    [`91 ${MP3} 00`, { codec: ".mp3" }],
  ];
  for (const [data, config] of cases) assertEquals(readAudioConfig(hex(data)), config, data);
});

Deno.test("readAudioConfig() takes channels from a multichannel configuration", () => {
  assertEquals(readAudioConfig(hex(`94 ${OPUS} 01 06 0000060f`)), { codec: "Opus", channels: 6 });
  assertEquals(readAudioConfig(hex("90 61632d33")), { codec: "ac-3" });
});

Deno.test("readAudioConfig() finds a track", () => {
  const data = hex(`95 20 ${MP4A} 01 000002 1210 ${OPUS} 02 000000`);
  assertEquals(readAudioConfig(data).codec, "mp4a");
  assertEquals(readAudioConfig(data, 2), { codec: "Opus", sampleRate: 48000 });
  assertThrows(() => readAudioConfig(data, 0), FlvError, "read tracks 1,2, expected track 0");
});

Deno.test("readAudioConfig() throws when a configuration is none, or malformed", () => {
  const cases: [string, string][] = [
    ["af 01 21", "read a tag of type coded-frames, expected sequence-start"],
    ["", "expected track 0"],
    ["af 00", "Cannot read an AAC AudioSpecificConfig: read 0 bits, expected 5"],
    ["af 00 16 90", "read sampling frequency index 13"],
    [`90 ${OPUS} 4f70757348656165 01 02`, "Cannot read an OpusHead"],
    [`90 ${OPUS} ${OPUS_HEAD} 10 02`, "read version 16"],
    [`90 ${FLAC} 1000`, "Cannot read a FLAC STREAMINFO"],
    [`90 ${FLAC} ${"00".repeat(34)}`, "read sample rate 0"],
  ];
  for (const [data, message] of cases) {
    assertThrows(() => readAudioConfig(hex(data)), FlvError, message, data);
  }
});

Deno.test("readAudioConfig() throws nothing but FlvError", () => {
  const start = fc.constantFrom("af00", "af001180", `90${OPUS}`, `90${FLAC}`, "2f");
  fc.assert(fc.property(start, fc.uint8Array({ maxLength: 40 }), (start, rest) => {
    try {
      readAudioConfig(Uint8Array.from([...hex(start), ...rest]));
    } catch (error) {
      if (!(error instanceof FlvError)) throw error;
    }
  }));
});
