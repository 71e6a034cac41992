/**
 * Everything public that takes bytes takes them in every form, or says what it was given.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type ByteSource,
  Channel,
  decodeAmf0,
  decodeAmf3,
  encodeAmf0,
  encodeAmf3,
  FlvDemuxer,
  FlvDemuxerStream,
  FlvMuxer,
  FlvMuxerStream,
  type FlvTag,
  FlvTagDecoder,
  FlvTagStream,
  isEnhanced,
  isKeyframe,
  isMetadata,
  isSequenceHeader,
  mediaKind,
  parseAudioTag,
  parseScriptTag,
  parseVideoTag,
  PublicationLedger,
  readAudioConfig,
  readVideoConfig,
  ReceivedCounts,
  RtmpChunkDecoderStream,
  RtmpMessageDecoderStream,
  RtmpMessageEncoderStream,
  sequenceHeaderKey,
} from "../../src/core.ts";
import { MessageEncoder } from "../../src/message/message_encoder.ts";
import { flvBytes } from "../support/http.ts";
import { videoTags } from "../support/media.ts";

class OwnBytes extends Uint8Array {}

/** The bytes behind `before` others, in memory that is longer. */
function inside(bytes: Uint8Array, before: number): Uint8Array<ArrayBuffer> {
  const memory = new Uint8Array(before + bytes.length + 8).fill(0xee);
  memory.set(bytes, before);
  return memory.subarray(before, before + bytes.length);
}

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

/** All forms of the same bytes. */
const FORMS: [what: string, form: (bytes: Uint8Array) => ByteSource][] = [
  ["ArrayBuffer", bufferOf],
  ["ArrayBuffer that can be resized", (bytes) => {
    const buffer = new ArrayBuffer(bytes.length, { maxByteLength: 2 * bytes.length });
    new Uint8Array(buffer).set(bytes);
    return buffer;
  }],
  ["SharedArrayBuffer", (bytes) => {
    const buffer = new SharedArrayBuffer(bytes.length);
    new Uint8Array(buffer).set(bytes);
    return buffer;
  }],
  ["Uint8Array inside a buffer", (bytes) => inside(bytes, 3)],
  ["Uint8Array of a SharedArrayBuffer", (bytes) => {
    const view = new Uint8Array(new SharedArrayBuffer(bytes.length));
    view.set(bytes);
    return view;
  }],
  ["Uint8ClampedArray", (bytes) => new Uint8ClampedArray(bufferOf(bytes))],
  ["Int8Array", (bytes) => new Int8Array(bufferOf(bytes))],
  ["Uint16Array", (bytes) => new Uint16Array(bufferOf(bytes))],
  ["DataView", (bytes) => new DataView(bufferOf(bytes))],
  ["DataView inside a buffer", (bytes) => {
    const { buffer, byteOffset, byteLength } = inside(bytes, 5);
    return new DataView(buffer, byteOffset, byteLength);
  }],
  ["Buffer", (bytes) => Buffer.from(bytes)],
  ["Buffer of memory of its own", (bytes) => Buffer.from(bufferOf(bytes))],
  ["subclass of Uint8Array", (bytes) => OwnBytes.from(bytes)],
];

function detached(): ByteSource[] {
  const buffers = [new ArrayBuffer(8), new ArrayBuffer(8), new ArrayBuffer(8)] as const;
  const sources = [buffers[0], new Uint8Array(buffers[1]), new DataView(buffers[2])];
  structuredClone(buffers, { transfer: [...buffers] });
  return sources;
}

/** What has no bytes, though programs take it for some. */
const NO_BYTES: [given: string, value: unknown][] = [
  ["a string", "bytes"],
  ["a string", ""],
  ["a number", 5],
  ["a bigint", 5n],
  ["a boolean", true],
  ["a function", () => new Uint8Array(1)],
  ["a symbol", Symbol("bytes")],
  ["null", null],
  ["undefined", undefined],
  ["[object Array]", [1, 2, 3]],
  ["[object Object]", { length: 3, 0: 1 }],
  ["[object Object]", { buffer: new ArrayBuffer(3), byteOffset: 0, byteLength: 3 }],
  ["[object Blob]", new Blob(["bytes"])],
  ["[object Promise]", Promise.resolve(new Uint8Array(1))],
];

/** Something public, the bytes for it, and what it makes of them. */
interface Row {
  name: string;
  bytes: Uint8Array;
  run: (source: ByteSource) => unknown;
}

const FILE_TAGS = videoTags(4, 302);
const FILE = flvBytes(FILE_TAGS.slice(1));
const MESSAGE = {
  chunkStreamId: 6,
  messageStreamId: 1,
  typeId: 9,
  timestamp: 40,
  payload: videoTags(1, 400)[1]!.data,
};
const CHUNKS = new MessageEncoder().encode(MESSAGE);
const [METADATA, KEYFRAME] = videoTags(1, 300) as [FlvTag, FlvTag];
const AUDIO_HEADER = Uint8Array.of(0xaf, 0, 0x12, 0x10);
const VP9_HEADER = Uint8Array.from(
  [0x90, 0x76, 0x70, 0x30, 0x39, 1, 0, 0, 0, 0, 40, 0x82, 2, 2, 2, 0, 0, 0],
);
const MULTITRACK = Uint8Array.of(0x96, 0x00, 0x61, 0x76, 0x63, 0x31, 0x00, 0x01, 0x02, 0x03);

/** What one item becomes behind a stage. */
function through(item: unknown, stage: ReadableWritablePair): Promise<unknown[]> {
  const source = new ReadableStream({
    start(controller) {
      controller.enqueue(item);
      controller.close();
    },
  });
  return Array.fromAsync(source.pipeThrough(stage));
}
const tag = (type: FlvTag["type"], data: ByteSource) =>
  ({ type, timestamp: 40, data }) as unknown as FlvTag;
const message = (payload: ByteSource) => ({ ...MESSAGE, payload: payload as Uint8Array });
const chunkOf = (payload: ByteSource) => ({
  ...MESSAGE,
  format: 0,
  length: MESSAGE.payload.length,
  offset: 0,
  payload,
});
/** The plain form, since views of one buffer compare as views. */
const plain = (bytes: Uint8Array) => new Uint8Array(bytes);

const ROWS: Row[] = [
  { name: "decodeAmf0()", bytes: encodeAmf0("name", true, 6), run: (source) => decodeAmf0(source) },
  { name: "decodeAmf3()", bytes: encodeAmf3("na", 5), run: (source) => decodeAmf3(source) },
  { name: "parseVideoTag()", bytes: KEYFRAME.data, run: (source) => parseVideoTag(source) },
  { name: "parseAudioTag()", bytes: AUDIO_HEADER, run: (source) => parseAudioTag(source) },
  { name: "parseScriptTag()", bytes: METADATA.data, run: (source) => parseScriptTag(source) },
  { name: "readVideoConfig()", bytes: VP9_HEADER, run: (source) => readVideoConfig(source) },
  { name: "readAudioConfig()", bytes: AUDIO_HEADER, run: (source) => readAudioConfig(source) },
  { name: "mediaKind()", bytes: KEYFRAME.data, run: (source) => mediaKind("video", source) },
  { name: "isKeyframe()", bytes: KEYFRAME.data, run: (data) => isKeyframe(tag("video", data)) },
  { name: "isMetadata()", bytes: METADATA.data, run: (data) => isMetadata(tag("script", data)) },
  { name: "isEnhanced()", bytes: MULTITRACK, run: (data) => isEnhanced(tag("video", data)) },
  {
    name: "isSequenceHeader()",
    bytes: VP9_HEADER,
    run: (data) => isSequenceHeader(tag("video", data)),
  },
  {
    name: "sequenceHeaderKey()",
    bytes: VP9_HEADER,
    run: (data) => sequenceHeaderKey(tag("video", data)),
  },
  {
    name: "FlvDemuxer.decode()",
    bytes: FILE,
    run(source) {
      const tags: FlvTag[] = [];
      new FlvDemuxer().decode(source, (tag) => tags.push(tag));
      return tags;
    },
  },
  {
    name: "FlvDemuxerStream",
    bytes: FILE,
    run: (source) => through(source, new FlvDemuxerStream()),
  },
  {
    name: "FlvMuxer.tag()",
    bytes: KEYFRAME.data,
    run: (data) => new FlvMuxer().tag(tag("video", data)),
  },
  {
    name: "FlvMuxerStream",
    bytes: KEYFRAME.data,
    run: (data) => through(tag("video", data), new FlvMuxerStream()),
  },
  {
    name: "FlvTagDecoder.decode()",
    bytes: KEYFRAME.data,
    run(payload) {
      const tags: FlvTag[] = [];
      new FlvTagDecoder().decode(message(payload), (tag) => tags.push(tag));
      return tags.map(({ data }) => plain(data));
    },
  },
  {
    name: "FlvTagStream",
    bytes: KEYFRAME.data,
    run: async (payload) =>
      (await through(message(payload), new FlvTagStream()) as FlvTag[])
        .map(({ data }) => plain(data)),
  },
  {
    name: "RtmpChunkDecoderStream",
    bytes: CHUNKS,
    run: async (source) =>
      (await through(source, new RtmpChunkDecoderStream()) as { payload: Uint8Array }[][])
        .flat().map((chunk) => ({ ...chunk, payload: plain(chunk.payload) })),
  },
  {
    name: "RtmpMessageDecoderStream",
    bytes: MESSAGE.payload,
    run: (payload) => through([chunkOf(payload)], new RtmpMessageDecoderStream()),
  },
  {
    name: "RtmpMessageEncoderStream",
    bytes: MESSAGE.payload,
    run: (payload) => through(message(payload), new RtmpMessageEncoderStream()),
  },
  {
    name: "Channel.run()",
    bytes: KEYFRAME.data,
    async run(data) {
      const channel = new Channel();
      const { tags, ledger } = channel.subscribe({ kind: "test", mode: "lossless" });
      const books = new PublicationLedger(new ReceivedCounts());
      const running = channel.run(ReadableStream.from([tag("video", data)]), books);
      const read = Array.fromAsync(tags);
      await running;
      return [await read, ledger.delivered];
    },
  },
];

/** A view of words needs whole ones. */
function formsFor(bytes: Uint8Array): typeof FORMS {
  return FORMS.filter(([what]) => bytes.length % 2 === 0 || what !== "Uint16Array");
}

for (const { name, bytes, run } of ROWS) {
  Deno.test(`${name} takes bytes in every form`, async () => {
    const expected = await run(new Uint8Array(bytes));
    for (const [what, form] of formsFor(bytes)) {
      assertEquals(await run(form(bytes)), expected, what);
    }
  });

  Deno.test(`${name} says what it was given that has no bytes`, async () => {
    for (const [given, value] of NO_BYTES) {
      const running = async () => await run(value as ByteSource);
      await assertRejects(running, TypeError, `given ${given}, expected an ArrayBuffer`, given);
    }
    for (const source of detached()) {
      await assertRejects(async () => await run(source), TypeError, "has been transferred");
    }
  });
}

for (const [what, form] of formsFor(FILE)) {
  Deno.test(`FlvDemuxer gives tags in memory of their own out of a ${what}`, () => {
    const source = form(FILE);
    const tags: FlvTag[] = [];
    new FlvDemuxer().decode(source, (tag) => tags.push(tag));
    new Uint8Array(ArrayBuffer.isView(source) ? source.buffer : source).fill(0);
    assertEquals(tags, FILE_TAGS.slice(1));
    assert(tags.every(({ data }) => Object.getPrototypeOf(data) === Uint8Array.prototype));
  });
}

const NO_TAGS: [what: string, tag: unknown, says: string][] = [
  ["of no type", { timestamp: 0, data: KEYFRAME.data }, "type undefined"],
  ["of an unknown type", { ...KEYFRAME, type: "metadata" }, "type metadata"],
  ["with no time", { type: "video", data: KEYFRAME.data }, "timestamp undefined"],
  ["with a time that is no number", { ...KEYFRAME, timestamp: NaN }, "timestamp NaN"],
  ["with no data", { type: "video", timestamp: 0 }, "given undefined"],
];

for (const [what, value, says] of NO_TAGS) {
  Deno.test(`a tag ${what} is a TypeError, not a file that cannot be read`, async () => {
    await assertRejects(() => through(value, new FlvMuxerStream()), TypeError, says);
    const books = new PublicationLedger(new ReceivedCounts());
    const tags = ReadableStream.from([value as FlvTag]);
    await assertRejects(() => new Channel().run(tags, books), TypeError, says);
  });
}
