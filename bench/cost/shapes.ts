/**
 * What a hostile publisher may send: for each shape, a message of about some size.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import { encodeAmf3 } from "../../src/amf/encode_amf3.ts";
import { writeCommand } from "../../src/message/command.ts";
import { MessageType, type RtmpMessage } from "../../src/message/message.ts";

/** Messages of about `size` bytes in all, with choices from `random`, which gives 0 to 1. */
export type Shape = (size: number, random: () => number) => RtmpMessage[];

/** Bytes of a tag's header and of the size behind its data, in an aggregate. */
const TAG_OVERHEAD = 15;

const UNKNOWN_TYPES = [7, 10, 11, 12, 13, 14, 21, 23, 64, 255];

/** Every shape, by its name. */
export const SHAPES: Record<string, Shape> = {
  "ordinary video": (size) => [message(9, body([0x27, 1, 0, 0, 0], size))],
  "audio": (size) => [message(8, body([0xaf, 1], size))],
  ...perType("control message", [2, 3, 5, 6], (type) => () => [control(type, [0, 16, 0, 0])]),
  ...perType("user control event", [0, 1, 2, 3, 4, 6, 7, 31, 99], (event) => () => [
    control(4, [0, event, 0, 0, 0, 1, 0, 0, 0, 100]),
  ]),
  ...perType("unknown type", UNKNOWN_TYPES, (type) => (size) => [message(type, body([], size))]),
  ...perType("shared object", [16, 19], (type) => (size) => [message(type, body([], size))]),

  "data: flat ECMA array": data((size) => ecma("onMetaData", size, 8)),
  "data: one-letter keys": data((size) => ecma("onMetaData", size, 1)),
  "data: another event": data((size) => ecma("onCuePoint", size, 4)),
  "data: strict array of empty objects": data((size) => array("x", size, [3, 0, 0, 9])),
  "data: metadata of nulls": data((size) => array("onMetaData", size, [5])),
  "data: metadata cut short": data((size) => ecma("onMetaData", size, 3).slice(0, -4)),
  "data: nested objects": data((size) => nested("onMetaData", Math.min(size, 60_000))),
  "data: long string": data((size) => encodeAmf0("onMetaData", { a: "é".repeat(size / 2) })),
  "data: name of any length": data((size) => encodeAmf0("x".repeat(size))),
  "data: references": data((size) => array("onMetaData", size, [7, 0, 0])),
  "data: nothing readable": data((size) => new Uint8Array(size).fill(0xff)),
  "data: @setDataFrame without end": data((size) =>
    concat(Array(Math.ceil(size / 16)).fill(encodeAmf0("@setDataFrame")))
  ),
  "data AMF3": (size) => [message(15, concat([[0], ecma("onMetaData", size, 4)].map(bytes)))],

  "createStream": () => [writeCommand(0, "createStream", 4, null)],
  "releaseStream": () => [writeCommand(0, "releaseStream", 4, null, "x")],
  "unknown command": (size) => [writeCommand(0, "x".repeat(Math.min(size, 60_000)), 4, null)],
  "command of many values": (size) => [
    writeCommand(0, "x", 0, null, ...Array(Math.min(size, 4_000)).fill(null)),
  ],
  "command of many keys": (size) => [command(keyed("k", Math.min(size / 12, 4_000)))],
  "command cut short": (size) => [
    message(20, ecma("x", Math.min(size, 60_000), 2).slice(0, -3), 0, 3),
  ],
  "command AMF3, many traits": (size) => [
    message(
      17,
      concat([[0], [...encodeAmf0("x", 0)], [17], [
        ...encodeAmf3(keyed("t", Math.min(size / 12, 4_000))),
      ]].map(bytes)),
      0,
      3,
    ),
  ],
  "play of what is not live": () => [writeCommand(1, "play", 0, null, "none")],
  "publish again": () => [writeCommand(1, "publish", 0, null, "again", "live")],
  "createStream, publish, deleteStream": () => [
    writeCommand(0, "createStream", 4, null),
    writeCommand(2, "publish", 5, null, "other", "live"),
    writeCommand(0, "deleteStream", 0, null, 2),
  ],

  ...perCodec("video", 9, {
    "AVC sequence header": [0x17, 0, 0, 0, 0, 1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 8],
    "AVC of 1-byte NAL units": [0x17, 1, 0, 0, 0],
    "HEVC": [0x91, 0x68, 0x76, 0x63, 0x31, 0, 0, 0],
    "HEVC sequence header": [0x90, 0x68, 0x76, 0x63, 0x31],
    "AV1": [0x91, 0x61, 0x76, 0x30, 0x31],
    "AV1 sequence header": [0x90, 0x61, 0x76, 0x30, 0x31],
    "VP9 sequence header": [0x90, 0x76, 0x70, 0x30, 0x39],
    "VP8": [0x91, 0x76, 0x70, 0x30, 0x38],
    "colour info": [0x94, 0x61, 0x76, 0x30, 0x31],
    "multitrack": [0x96, 0x21, 0x61, 0x76, 0x30, 0x31],
    "ModEx": [0x97, 0, 0, 0x07],
  }),
  ...perCodec("audio", 8, {
    "AAC sequence header": [0xaf, 0],
    "Opus": [0x91, 0x4f, 0x70, 0x75, 0x73],
    "FLAC header": [0x90, 0x66, 0x4c, 0x61, 0x43],
    "AC-3": [0x91, 0x61, 0x63, 0x2d, 0x33],
    "MP3": [0x2f],
    "multitrack": [0x95, 0x21, 0x4f, 0x70, 0x75, 0x73],
    "ModEx": [0x97, 0, 0, 0x07],
  }),

  "aggregate of video": (size) => [aggregate(size, 9, [0x27, 1, 0, 0, 0])],
  "aggregate of empty audio": (size) => [aggregate(size, 8, [])],
  "aggregate of unknown types": (size) => [aggregate(size, 13, [])],
  "aggregate of data": (size) => [aggregate(size, 18, [...encodeAmf0("onMetaData")])],
};

function perType(
  name: string,
  types: number[],
  shape: (type: number) => Shape,
): Record<string, Shape> {
  return Object.fromEntries(types.map((type) => [`${name} ${type}`, shape(type)]));
}

function perCodec(
  kind: string,
  typeId: number,
  headers: Record<string, number[]>,
): Record<string, Shape> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, header]) => [
      `${kind}: ${name}`,
      (size, random) => [message(typeId, filled(header, size, random))],
    ]),
  );
}

function data(payload: (size: number) => Uint8Array): Shape {
  return (size) => [message(MessageType.DataAmf0, payload(size))];
}

function message(typeId: number, payload: Uint8Array, stream = 1, chunks = 6): RtmpMessage {
  return { chunkStreamId: chunks, messageStreamId: stream, typeId, timestamp: 0, payload };
}

function control(typeId: number, values: number[]): RtmpMessage {
  return message(typeId, bytes(values), 0, 2);
}

function command(members: Record<string, unknown>): RtmpMessage {
  return writeCommand(0, "x", 0, members);
}

function bytes(values: Iterable<number>): Uint8Array {
  return Uint8Array.from(values);
}

function body(header: number[], size: number): Uint8Array {
  const all = new Uint8Array(Math.max(size, header.length)).fill(0x5a);
  all.set(header);
  return all;
}

/** Behind the header one byte over and over, or bytes of which none says anything. */
function filled(header: number[], size: number, random: () => number): Uint8Array {
  const all = body(header, size);
  const fills = [0, 1, 0xff, 0x80, -1];
  const fill = fills[Math.floor(random() * fills.length)]!;
  for (let at = header.length; at < all.length; at++) all[at] = fill < 0 ? random() * 256 : fill;
  return all;
}

function keyed(letter: string, count: number): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`${letter}${i}`, null]));
}

function ecma(name: string, size: number, keySize: number): Uint8Array {
  const member = [0, keySize, ...Array(keySize).fill(0x61), 5];
  const count = Math.ceil(size / member.length);
  const all = new Uint8Array(count * member.length);
  for (let i = 0; i < count; i++) {
    all.set(member, i * member.length);
    for (let k = 0; k < keySize; k++) {
      all[i * member.length + 2 + k] = 0x61 + Math.floor(i / 26 ** k) % 26;
    }
  }
  return concat([encodeAmf0(name), bytes([8, 0, 0, 0, 1]), all, bytes([0, 0, 9])]);
}

function array(name: string, size: number, value: number[]): Uint8Array {
  const count = Math.ceil(size / value.length);
  const length = [24, 16, 8, 0].map((shift) => count >>> shift & 0xff);
  const all = new Uint8Array(count * value.length);
  for (let i = 0; i < count; i++) all.set(value, i * value.length);
  return concat([encodeAmf0(name), bytes([10, ...length]), all]);
}

function nested(name: string, size: number): Uint8Array {
  return concat([encodeAmf0(name), ...Array(Math.ceil(size / 4)).fill(bytes([3, 0, 1, 0x61]))]);
}

function aggregate(size: number, typeId: number, data: number[]): RtmpMessage {
  const part = body([typeId, 0, 0, data.length], data.length + TAG_OVERHEAD).fill(0, 4);
  part.set(data, 11);
  part[part.length - 1] = data.length + 11;
  return message(MessageType.Aggregate, concat(Array(Math.ceil(size / part.length)).fill(part)));
}
