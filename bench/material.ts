/**
 * What the benchmarks work on: two seconds of a publisher, made by our own encoder.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { encodeAmf0 } from "../src/amf/encode_amf0.ts";
import type { FlvTag } from "../src/flv/flv_tag.ts";
import { MessageEncoder } from "../src/message/message_encoder.ts";
import { MessageType, type RtmpMessage } from "../src/message/message.ts";

/** Bytes in a TCP segment on Ethernet: the network delivers multiples of it. */
const SEGMENT = 1448;

/** The largest read of the server. */
const LARGEST_READ = 64 * 1024;

/** 1080p60 at 8 Mbit/s with AAC beside it: what one encoder makes in two seconds. */
export function tags(): FlvTag[] {
  const all: FlvTag[] = [];
  for (let frame = 0; frame < 120; frame++) {
    const timestamp = Math.round(frame * 1000 / 60);
    const isKeyframe = frame % 60 === 0;
    all.push({
      type: "video",
      timestamp,
      data: body([isKeyframe ? 0x17 : 0x27, 1, 0, 0, 0], isKeyframe ? 120_000 : 15_000),
    });
    if (frame % 4 !== 3) all.push({ type: "audio", timestamp, data: body([0xaf, 1], 340) });
  }
  return all;
}

/** The same as messages. */
export function messages(): RtmpMessage[] {
  return tags().map(({ type, timestamp, data }) => ({
    chunkStreamId: type === "video" ? 6 : 4,
    messageStreamId: 1,
    typeId: type === "video" ? MessageType.Video : MessageType.Audio,
    timestamp,
    payload: data,
  }));
}

/**
 * The messages as bytes in chunks of this size: a `flood` as a fast network cuts it, or `live`, where
 * each message comes by itself and a large one in a few pieces.
 */
export function pieces(chunkSize: number, pace: "flood" | "live" = "flood"): Uint8Array[] {
  const encoder = new MessageEncoder({ chunkSize });
  const encoded = messages().map((message) => encoder.encode(message));
  return pace === "flood" ? cut(concat(encoded)) : encoded.flatMap(cut);
}

/** Cuts bytes into pieces of one to 45 segments, always the same ones. */
export function cut(bytes: Uint8Array): Uint8Array[] {
  const all: Uint8Array[] = [];
  let seed = 1;
  for (let from = 0; from < bytes.length;) {
    seed = seed * 48_271 % 0x7fffffff;
    const segments = 1 + seed % Math.floor(LARGEST_READ / SEGMENT);
    all.push(bytes.slice(from, from + segments * SEGMENT));
    from += segments * SEGMENT;
  }
  return all;
}

/** How many megabytes the pieces have, in words. */
export function megabytes(all: Uint8Array[]): string {
  return `${(all.reduce((sum, piece) => sum + piece.length, 0) / 1e6).toFixed(1)} MB`;
}

/** Reads a stream to its end. */
export async function drain(stream: ReadableStream<unknown>): Promise<void> {
  for await (const _ of stream);
}

/** The `connect` of an encoder, with its name and number: 200 bytes and a bit. */
export const CONNECT: unknown[] = ["connect", 1, {
  app: "live",
  type: "nonprivate",
  flashVer: "FMLE/3.0 (compatible; Lavf59.27.100)",
  tcUrl: "rtmp://ingest.example.com:1935/live",
  fourCcList: ["av01", "hvc1", "vp09"],
  videoFunction: 1,
}];

/** The metadata of an encoder. */
export const METADATA: unknown[] = ["@setDataFrame", "onMetaData", {
  duration: 0,
  width: 1920,
  height: 1080,
  videodatarate: 7812.5,
  framerate: 60,
  videocodecid: 7,
  audiodatarate: 156.25,
  audiosamplerate: 48000,
  audiosamplesize: 16,
  stereo: true,
  audiocodecid: 10,
  encoder: "Lavf59.27.100",
  filesize: 0,
}];

/** Values as AMF0. */
export function amf0(values: unknown[]): Uint8Array {
  return encodeAmf0(...values);
}

/** Random bytes behind a header: nothing may gain by their being alike. */
function body(header: number[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  bytes.set(header);
  return bytes;
}
