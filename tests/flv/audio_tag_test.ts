import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { FlvError } from "../../src/errors.ts";
import { type AudioTag, parseAudioTag } from "../../src/flv/audio_tag.ts";
import { hex } from "../support/bytes.ts";

const OPUS = "4f707573";
const MP4A = "6d703461";

function audioTag(tag: Partial<AudioTag>, data: string, codec: string): AudioTag {
  return {
    enhanced: false,
    packetType: "coded-frames",
    codec,
    nanosecondOffset: 0,
    multitrack: undefined,
    tracks: [{ trackId: 0, codec, data: hex(data), channels: undefined }],
    sound: undefined,
    ...tag,
  };
}

Deno.test("parseAudioTag() reads legacy tags", () => {
  const sound = (format: number, sampleRate: number, sampleSize: number, channels: number) => ({
    sound: { format, sampleRate, sampleSize, channels },
  });
  const aac = sound(10, 44100, 16, 2);
  const cases: [string, AudioTag][] = [
    ["af 00 1210", audioTag({ ...aac, packetType: "sequence-start" }, "1210", "mp4a")],
    ["af 00", audioTag({ ...aac, packetType: "sequence-start" }, "", "mp4a")],
    ["af 01 21", audioTag(aac, "21", "mp4a")],
    ["af 02 21", audioTag({ ...aac, packetType: "reserved" }, "21", "mp4a")],
    ["2f fffb", audioTag(sound(2, 44100, 16, 2), "fffb", ".mp3")],
    ["00 aa", audioTag(sound(0, 5512, 8, 1), "aa", "pcm")],
    ["15 aa", audioTag(sound(1, 11025, 8, 2), "aa", "adpcm")],
    ["3a aa", audioTag(sound(3, 22050, 16, 1), "aa", "pcm-le")],
    ["52 aa", audioTag(sound(5, 5512, 16, 1), "aa", "nellymoser")],
    ["72 aa", audioTag(sound(7, 5512, 16, 1), "aa", "alaw")],
    ["82 aa", audioTag(sound(8, 5512, 16, 1), "aa", "ulaw")],
    ["b2 aa", audioTag(sound(11, 5512, 16, 1), "aa", "speex")],
    ["e2", audioTag(sound(14, 5512, 16, 1), "", ".mp3")],
    ["f0 aa", audioTag(sound(15, 5512, 8, 1), "aa", "device")],
    ["d0 aa", audioTag(sound(13, 5512, 8, 1), "aa", "legacy-13")],
  ];
  for (const [data, tag] of cases) assertEquals(parseAudioTag(hex(data)), tag, data);
});

Deno.test("parseAudioTag() reads enhanced tags", () => {
  const cases: [string, AudioTag][] = [
    [`90 ${MP4A} 1190`, audioTag({ packetType: "sequence-start" }, "1190", "mp4a")],
    [`91 ${OPUS} 010203`, audioTag({}, "010203", "Opus")],
    [`92 ${OPUS}`, audioTag({ packetType: "sequence-end" }, "", "Opus")],
    ["90 61632d33", audioTag({ packetType: "sequence-start" }, "", "ac-3")],
    [`93 ${OPUS} aa`, audioTag({ packetType: "reserved" }, "aa", "Opus")],
    [`98 ${OPUS} aa`, audioTag({ packetType: "reserved" }, "aa", "Opus")],
    [`97 02 000101 01 ${OPUS} aa`, audioTag({ nanosecondOffset: 257 }, "aa", "Opus")],
  ];
  for (const [data, tag] of cases) {
    assertEquals(parseAudioTag(hex(data)), { ...tag, enhanced: true }, data);
  }
});

Deno.test("parseAudioTag() reads an empty tag, which means silence", () => {
  const { packetType, codec, tracks } = parseAudioTag(hex(""));
  assertEquals([packetType, codec, tracks], ["empty", "", []]);
});

Deno.test("parseAudioTag() reads multichannel configurations", () => {
  const cases: [string, AudioTag["tracks"][number]["channels"]][] = [
    ["00 02", { order: "unspecified", count: 2, mapping: undefined, flags: undefined }],
    ["01 06 0000060f", { order: "native", count: 6, mapping: undefined, flags: 0x60f }],
    ["01 01 80000000", { order: "native", count: 1, mapping: undefined, flags: 0x80000000 }],
    ["02 03 000102", { order: "custom", count: 3, mapping: hex("000102"), flags: undefined }],
    ["04 02", { order: "reserved", count: 2, mapping: undefined, flags: undefined }],
  ];
  for (const [body, channels] of cases) {
    const { packetType, tracks } = parseAudioTag(hex(`94 ${OPUS} ${body}`));
    assertEquals(packetType, "multichannel-config");
    assertEquals(tracks[0]!.channels, channels);
  }
});

Deno.test("parseAudioTag() unwraps multitrack tags", () => {
  const one = parseAudioTag(hex(`95 01 ${MP4A} 01 2a2a`));
  assertEquals([one.multitrack, one.codec], ["one-track", "mp4a"]);
  assertEquals(one.tracks, [{ trackId: 1, codec: "mp4a", data: hex("2a2a"), channels: undefined }]);

  const many = parseAudioTag(hex(`95 14 ${OPUS} 01 000002 0001 02 000006 0102 00000003`));
  assertEquals(many.multitrack, "many-tracks");
  assertEquals(many.tracks.map(({ trackId, channels }) => [trackId, channels?.count]), [[1, 1], [
    2,
    2,
  ]]);

  const codecs = parseAudioTag(hex(`95 21 ${MP4A} 01 000001 aa ${OPUS} 02 000002 bbcc`));
  assertEquals(codecs.multitrack, "many-tracks-many-codecs");
  assertEquals(codecs.tracks, [
    { trackId: 1, codec: "mp4a", data: hex("aa"), channels: undefined },
    { trackId: 2, codec: "Opus", data: hex("bbcc"), channels: undefined },
  ]);
});

Deno.test("parseAudioTag() throws an FlvError that says where", () => {
  const cases: [string, number, string][] = [
    ["af", 1, "Cannot read an AAC packet type: read 0 bytes, expected 1 (at byte 1)"],
    ["90 4f", 1, "Cannot read a FourCC: read 1 bytes, expected 4 (at byte 1)"],
    ["95 05", 1, "read multitrack inside multitrack"],
    [`95 f1 ${OPUS}`, 1, "read multitrack type 15"],
    [`94 ${OPUS} 01`, 5, "Cannot read a multichannel configuration"],
    [`94 ${OPUS} 01 02 0000`, 7, "Cannot read channel flags"],
    [`94 ${OPUS} 02 ff 00`, 7, "Cannot read a channel mapping"],
    [`95 14 ${OPUS} 01 000002 0101 02 000002 0002`, 12, "Cannot read channel flags"],
  ];
  for (const [data, byteOffset, message] of cases) {
    const error = assertThrows(() => parseAudioTag(hex(data)), FlvError, message, data);
    assertEquals(error.byteOffset, byteOffset, data);
  }
});

Deno.test("parseAudioTag() throws nothing but FlvError", () => {
  const start = fc.constantFrom("", "95", "97", `94${OPUS}`, `9514${OPUS}`);
  fc.assert(fc.property(start, fc.uint8Array({ maxLength: 40 }), (start, rest) => {
    try {
      parseAudioTag(Uint8Array.from([...hex(start), ...rest]));
    } catch (error) {
      if (!(error instanceof FlvError)) throw error;
    }
  }));
});
