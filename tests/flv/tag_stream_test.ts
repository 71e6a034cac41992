import { assertEquals, assertStrictEquals } from "@std/assert";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { FlvTagDecoder, FlvTagStream } from "../../src/flv/tag_stream.ts";
import { MessageType, type RtmpMessage } from "../../src/message/message.ts";
import { hex } from "../support/bytes.ts";

const SET_DATA_FRAME = "02 000d 40736574446174614672616d65";
const CLEAR_DATA_FRAME = "02 000f 40636c656172446174614672616d65";
const ON_META_DATA = "02 000a 6f6e4d65746144617461 03 000009";

function message(typeId: number, payload: string, timestamp = 0): RtmpMessage {
  return { chunkStreamId: 4, messageStreamId: 1, typeId, timestamp, payload: hex(payload) };
}

function decode(decoder: FlvTagDecoder, ...messages: RtmpMessage[]): FlvTag[] {
  const tags: FlvTag[] = [];
  for (const message of messages) decoder.decode(message, (tag) => tags.push(tag));
  return tags;
}

Deno.test("FlvTagDecoder.decode() makes one tag of a media message", () => {
  const cases: [number, string, FlvTag][] = [
    [MessageType.Audio, "af01", { type: "audio", timestamp: 7, data: hex("af01") }],
    [MessageType.Video, "1701", { type: "video", timestamp: 7, data: hex("1701") }],
    [MessageType.Audio, "", { type: "audio", timestamp: 7, data: hex("") }],
    [MessageType.Video, "", { type: "video", timestamp: 7, data: hex("") }],
    [MessageType.DataAmf0, ON_META_DATA, { type: "script", timestamp: 7, data: hex(ON_META_DATA) }],
    [
      MessageType.DataAmf0,
      SET_DATA_FRAME + ON_META_DATA,
      { type: "script", timestamp: 7, data: hex(ON_META_DATA) },
    ],
    [MessageType.DataAmf0, SET_DATA_FRAME, { type: "script", timestamp: 7, data: hex("") }],
    [
      MessageType.DataAmf0,
      CLEAR_DATA_FRAME + ON_META_DATA,
      { type: "script", timestamp: 7, data: hex(CLEAR_DATA_FRAME + ON_META_DATA) },
    ],
    [MessageType.DataAmf0, "02 000d 4073", {
      type: "script",
      timestamp: 7,
      data: hex("02 000d 4073"),
    }],
    [
      MessageType.DataAmf3,
      "00" + SET_DATA_FRAME + "02 0001 61 11 01",
      { type: "script", timestamp: 7, data: hex("02 0001 61 11 01") },
    ],
    [MessageType.DataAmf3, ON_META_DATA, { type: "script", timestamp: 7, data: hex(ON_META_DATA) }],
    [MessageType.DataAmf3, "", { type: "script", timestamp: 7, data: hex("") }],
  ];
  for (const [typeId, payload, tag] of cases) {
    assertEquals(decode(new FlvTagDecoder(), message(typeId, payload, 7)), [tag], payload);
  }
});

Deno.test("FlvTagDecoder.decode() leaves other messages out", () => {
  for (const typeId of [0, 1, 3, 4, 16, 17, 19, 20, 255]) {
    assertEquals(decode(new FlvTagDecoder(), message(typeId, "00000000")), []);
  }
});

Deno.test("FlvTagDecoder.decode() passes payloads on without copying them", () => {
  const video = message(MessageType.Video, "1701");
  assertStrictEquals(decode(new FlvTagDecoder(), video)[0]!.data, video.payload);
});

Deno.test("FlvTagDecoder.decode() has one clock for all kinds of tags", () => {
  const tags = decode(
    new FlvTagDecoder(),
    message(MessageType.Video, "27", 2 ** 32 - 20),
    message(MessageType.Audio, "af", 3),
    message(MessageType.Video, "27", 2 ** 32 - 1),
    message(MessageType.DataAmf0, "05", 20),
  );
  assertEquals(tags.map(({ timestamp }) => timestamp), [
    2 ** 32 - 20,
    2 ** 32 + 3,
    2 ** 32 - 1,
    2 ** 32 + 20,
  ]);
});

const AUDIO_5 = "08 000002 000005 00 000000 af01 0000000d";
const VIDEO_9 = "09 000001 000009 00 000007 27 0000000c";

Deno.test("FlvTagDecoder.decode() takes aggregates apart, with the times of the stream", () => {
  const data = `12 000013 000005 00 000000 ${SET_DATA_FRAME} 020000 0000001e`;
  const cases: [string, number, [string, number, string][]][] = [
    [AUDIO_5 + VIDEO_9, 5, [["audio", 5, "af01"], ["video", 9, "27"]]],
    [AUDIO_5 + VIDEO_9, 1000, [["audio", 1000, "af01"], ["video", 1004, "27"]]],
    [VIDEO_9 + AUDIO_5, 1000, [["video", 1000, "27"], ["audio", 996, "af01"]]],
    ["08 000000 ffffff ff 000000 0000000b", 3, [["audio", 3, ""]]],
    [AUDIO_5.slice(0, -9), 5, [["audio", 5, "af01"]]],
    [data, 5, [["script", 5, "020000"]]],
    ["", 5, []],
    ["14 000001 000005 00 000000 05 0000000c" + AUDIO_5, 5, [["audio", 5, "af01"]]],
  ];
  for (const [payload, timestamp, tags] of cases) {
    const decoder = new FlvTagDecoder();
    assertEquals(
      decode(decoder, message(MessageType.Aggregate, payload, timestamp)),
      tags.map(([type, timestamp, data]) => ({ type, timestamp, data: hex(data) }) as FlvTag),
      payload,
    );
    assertEquals(decoder.malformedAggregates, 0);
  }
});

Deno.test("FlvTagDecoder.decode() gives each tag memory of its own", () => {
  const decoder = new FlvTagDecoder();
  const empty = message(MessageType.Audio, "", 0);
  const tags = [
    ...decode(decoder, message(MessageType.Aggregate, AUDIO_5 + VIDEO_9, 5)),
    ...decode(decoder, empty),
    ...decode(decoder, empty),
  ];
  assertEquals(new Set(tags.map(({ data }) => data.buffer)).size, 4);
  assertEquals(tags[0]!.data.buffer.byteLength, tags[0]!.data.length);
  for (const { data } of tags) structuredClone(data, { transfer: [data.buffer as ArrayBuffer] });
});

Deno.test("FlvTagDecoder.decode() counts aggregates that are malformed, and gives what is whole", () => {
  const nested = "16 000000 000005 00 000000 0000000b";
  for (
    const payload of [
      `${AUDIO_5} 08 0000`,
      `${AUDIO_5} 08 000003 000009 00 000000 af01`,
      AUDIO_5 + nested,
      nested + AUDIO_5,
    ]
  ) {
    const decoder = new FlvTagDecoder();
    const tags = decode(decoder, message(MessageType.Aggregate, payload, 5));
    assertEquals(tags, [{ type: "audio", timestamp: 5, data: hex("af01") }], payload);
    assertEquals(decoder.malformedAggregates, 1);
  }
});

Deno.test("FlvTagStream makes tags of messages", async () => {
  const stream = new FlvTagStream();
  const messages = ReadableStream.from([
    message(MessageType.CommandAmf0, "05"),
    message(MessageType.Aggregate, AUDIO_5 + VIDEO_9 + "08", 5),
    message(MessageType.Audio, "af01", 23),
  ]);
  const tags = await Array.fromAsync(messages.pipeThrough(stream));
  assertEquals(tags.map(({ type, timestamp }) => [type, timestamp]), [
    ["audio", 5],
    ["video", 9],
    ["audio", 23],
  ]);
  assertEquals(stream.malformedAggregates, 1);
});
