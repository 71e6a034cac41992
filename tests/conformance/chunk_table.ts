/**
 * What bytes mean after the handshake, as the specification has it (RTMP 1.0, section 5.3).
 *
 * @module
 */

import { RtmpChunkError } from "../../src/errors.ts";
import type { ChunkRow } from "./chunk_row.ts";

/** Section 5.3.1.1: the basic header. */
const BASIC_HEADER: ChunkRow[] = [
  ["chunk stream 2, for control", "02", 2],
  ["chunk stream 3, the first for messages", "03", 3],
  ["chunk stream 63, the last of one byte", "3f", 63],
  ["chunk stream 64, the first of two bytes", "0000", 64],
  ["chunk stream 319, the last of two bytes", "00ff", 319],
  ["chunk stream 64 in three bytes", "010000", 64],
  ["chunk stream 319 in three bytes", "01ff00", 319],
  ["chunk stream 320, the first that needs three bytes", "010001", 320],
  ["chunk stream 365, the specification's example", "012d01", 365],
  ["chunk stream 65599, the last", "01ffff", 65599],
].map(([name, header, id]): ChunkRow => ({
  section: "5.3.1.1",
  name: `${name}`,
  bytes: `${header} 00000a 000002 08 01000000 aabb`,
  messages: [[Number(id), 1, 8, 10, "aabb"]],
}));

/** Sections 5.3.1.2.1 to 5.3.1.2.3: what types 0, 1 and 2 say, and what they leave as it was. */
const MESSAGE_HEADERS: ChunkRow[] = [
  {
    section: "5.3.1.1",
    name: "the forms of one id are one chunk stream",
    bytes: "0005 00000a 000082 08 01000000 aa*128 c10500 bbcc 8005 000001 aa*128 c10500 ddee",
    messages: [[69, 1, 8, 10, "aa*128 bbcc"], [69, 1, 8, 11, "aa*128 ddee"]],
  },
  {
    section: "5.3.1.2.1",
    name: "type 0 with all fields at their largest",
    bytes: "03 fffffe 000001 ff ffffffff aa",
    messages: [[3, 0xffffffff, 255, 0xfffffe, "aa"]],
  },
  {
    section: "5.3.1.2.1",
    name: "type 0 with all fields 0, an empty message",
    bytes: "03 000000 000000 00 00000000",
    messages: [[3, 0, 0, 0, ""]],
  },
  {
    section: "5.3.1.2.5",
    name: "the message stream id is little-endian, everything else big-endian",
    bytes: "03 010203 000104 08 39300000 aa*128 c3 bb*128 c3 cc*4",
    messages: [[3, 12345, 8, 0x010203, "aa*128 bb*128 cc*4"]],
  },
  {
    section: "5.3.1.2.1",
    name: "type 0 when the time goes back",
    bytes: "03 0003e8 000001 08 01000000 aa 03 000001 000001 08 01000000 bb",
    messages: [[3, 1, 8, 1000, "aa"], [3, 1, 8, 1, "bb"]],
  },
  {
    section: "5.3.1.2.1",
    name: "type 0 for another message stream on the same chunk stream",
    bytes: "03 000001 000001 08 01000000 aa 03 000002 000001 08 02000000 bb 83 000001 cc",
    messages: [[3, 1, 8, 1, "aa"], [3, 2, 8, 2, "bb"], [3, 2, 8, 3, "cc"]],
  },
  {
    section: "5.3.1.2.2",
    name: "type 1 keeps the message stream, says length and type anew",
    bytes: "03 000064 000001 08 01000000 aa 43 000014 000003 09 bbccdd",
    messages: [[3, 1, 8, 100, "aa"], [3, 1, 9, 120, "bbccdd"]],
  },
  {
    section: "5.3.1.2.2",
    name: "type 1 with the largest delta of 24 bits",
    bytes: "03 000002 000001 08 01000000 aa 43 fffffe 000000 09",
    messages: [[3, 1, 8, 2, "aa"], [3, 1, 9, 0x1000000, ""]],
  },
  {
    section: "5.3.1.2.2",
    name: "type 1 at the start of a chunk stream, as librtmp answers a ping",
    bytes: "42 000028 000006 04 000700000064",
    messages: [[2, 0, 4, 40, "000700000064"]],
  },
  {
    section: "5.3.1.2.3",
    name: "type 2 keeps length and type too",
    bytes: "03 000064 000002 08 01000000 aabb 83 000014 ccdd",
    messages: [[3, 1, 8, 100, "aabb"], [3, 1, 8, 120, "ccdd"]],
  },
  {
    section: "5.3.1.2.3",
    name: "type 2 with a delta of 0",
    bytes: "03 000064 000001 08 01000000 aa 83 000000 bb",
    messages: [[3, 1, 8, 100, "aa"], [3, 1, 8, 100, "bb"]],
  },
  {
    section: "5.3.1.2.3",
    name: "type 2 of an empty message",
    bytes: "03 000064 000000 08 01000000 83 000001 83 000001",
    messages: [[3, 1, 8, 100, ""], [3, 1, 8, 101, ""], [3, 1, 8, 102, ""]],
  },
  {
    section: "5.3.1.2.3",
    name: "type 2 at the start of a chunk stream",
    bytes: "03 000001 000001 08 01000000 aa 84 000014 bb",
    messages: [[3, 1, 8, 1, "aa"]],
    error: RtmpChunkError,
  },
];

/** Section 5.3.1.2.4, and the examples of 5.3.2. */
const TYPE_3: ChunkRow[] = [
  {
    section: "5.3.2.1",
    name: "example 1, four messages of audio",
    bytes: "03 0003e8 000020 08 39300000 a1*32 83 000014 a2*32 c3 a3*32 c3 a4*32",
    messages: [1000, 1020, 1040, 1060].map((time, i) => [3, 12345, 8, time, `a${i + 1}*32`]),
  },
  {
    section: "5.3.2.2",
    name: "example 2, a message of video in three chunks",
    bytes: "04 0003e8 000133 09 3a300000 a1*128 c4 a2*128 c4 a3*51",
    messages: [[4, 12346, 9, 1000, "a1*128 a2*128 a3*51"]],
  },
  {
    section: "5.3.1.2.4",
    name: "type 3 begins a message after type 1",
    bytes: "03 000064 000001 08 01000000 aa 43 000014 000002 09 bbcc c3 ddee",
    messages: [[3, 1, 8, 100, "aa"], [3, 1, 9, 120, "bbcc"], [3, 1, 9, 140, "ddee"]],
  },
  {
    section: "5.3.1.2.4",
    name: "type 3 begins a message after type 0: at the same time, which is what its senders mean",
    bytes: "03 000064 000001 08 01000000 aa c3 bb",
    messages: [[3, 1, 8, 100, "aa"], [3, 1, 8, 100, "bb"]],
  },
  {
    section: "5.3.1.2.4",
    name: "type 3 begins a message after a type 0 that followed a delta",
    bytes: "03 000064 000001 08 01000000 aa 83 000014 bb 03 000064 000001 08 01000000 cc c3 dd",
    messages: [[3, 1, 8, 100, "aa"], [3, 1, 8, 120, "bb"], [3, 1, 8, 100, "cc"], [
      3,
      1,
      8,
      100,
      "dd",
    ]],
  },
  {
    section: "5.3.1.2.4",
    name: "type 3 goes on with a message and begins the next",
    bytes: "03 000000 000082 08 01000000 aa*128 c3 bbbb 83 00000a cc*128 c3 dddd c3 ee*128 c3 ffff",
    messages: [[3, 1, 8, 0, "aa*128 bbbb"], [3, 1, 8, 10, "cc*128 dddd"], [
      3,
      1,
      8,
      20,
      "ee*128 ffff",
    ]],
  },
  {
    section: "5.3.1.2.4",
    name: "a message of just two chunks has no third",
    bytes: "03 000000 000100 08 01000000 aa*128 c3 bb*128 83 000001 cc*128 c3 dd*128",
    messages: [[3, 1, 8, 0, "aa*128 bb*128"], [3, 1, 8, 1, "cc*128 dd*128"]],
  },
  {
    section: "5.3.1.2.4",
    name: "type 3 of empty messages, a byte each",
    bytes: "03 000000 000000 08 01000000 83 000001 c3 c3 c3",
    messages: [0, 1, 2, 3, 4].map((time) => [3, 1, 8, time, ""]),
  },
  {
    section: "5.3.1.2.4",
    name: "type 3 at the start of a chunk stream",
    bytes: "03 000001 000001 08 01000000 aa c4 bb",
    messages: [[3, 1, 8, 1, "aa"]],
    error: RtmpChunkError,
  },
  {
    section: "5.3",
    name: "messages of three chunk streams, chunk by chunk",
    bytes: "03 000001 000081 08 01000000 a1*128 04 000002 000102 09 01000000 a2*128 " +
      "0000 000003 000081 12 01000000 a3*128 c4 b2*128 c000 b3 c4 c2c2 c3 b1",
    messages: [
      [64, 1, 18, 3, "a3*128 b3"],
      [4, 1, 9, 2, "a2*128 b2*128 c2c2"],
      [3, 1, 8, 1, "a1*128 b1"],
    ],
  },
  {
    section: "5.3.1.2.4",
    name: "type 1 with the same length goes on with a message and leaves its time alone",
    bytes: "03 000064 000082 08 01000000 aa*128 43 000005 000082 08 bbbb 83 00000a cc*128 c3 dddd",
    messages: [[3, 1, 8, 100, "aa*128 bbbb"], [3, 1, 8, 110, "cc*128 dddd"]],
  },
  {
    section: "5.3.1.2.4",
    name: "type 2 goes on with a message and leaves its time and the delta alone",
    bytes: "03 000064 000082 08 01000000 aa*128 c3 bbbb " +
      "83 00000a cc*128 83 000005 dddd c3 ee*128 c3 ffff",
    messages: [[3, 1, 8, 100, "aa*128 bbbb"], [3, 1, 8, 110, "cc*128 dddd"], [
      3,
      1,
      8,
      120,
      "ee*128 ffff",
    ]],
  },
  {
    section: "5.3.1.2.4",
    name: "type 1 with another length inside a message",
    bytes: "03 000064 000082 08 01000000 aa*128 43 000005 000081 08 bb",
    messages: [],
    error: RtmpChunkError,
  },
  {
    section: "5.3.1.2.4",
    name: "type 0 inside a message",
    bytes: "03 000064 000082 08 01000000 aa*128 03 000064 000082 08 01000000 bbbb",
    messages: [],
    error: RtmpChunkError,
  },
];

/** Section 5.3.1.3. */
const EXTENDED_TIMESTAMP: ChunkRow[] = [
  ...[0xffffff, 0x1000000, 0x7fffffff, 0x80000000, 0xffffffff, 5].map((time): ChunkRow => ({
    section: "5.3.1.3",
    name: `a time of ${time} in 32 bits`,
    bytes: `03 ffffff 000001 08 01000000 ${time.toString(16).padStart(8, "0")} aa`,
    messages: [[3, 1, 8, time, "aa"]],
  })),
  ...[
    ["repeated", "01000000"],
    ["written as zeros", "00000000"],
    ["left out", ""],
  ].map(([how, field]): ChunkRow => ({
    section: "5.3.1.3",
    name: `the extended timestamp ${how} in type 3`,
    bytes:
      `03 ffffff 000104 08 01000000 01000000 a1*128 c3 ${field} a2*128 c3 ${field} a3*4 c3 ${field} ` +
      `b1*128 c3 ${field} b2*128 c3 ${field} b3*4 43 000014 000001 08 cc c3 dd`,
    messages: [
      [3, 1, 8, 0x1000000, "a1*128 a2*128 a3*4"],
      [3, 1, 8, 0x1000000, "b1*128 b2*128 b3*4"],
      [3, 1, 8, 0x1000014, "cc"],
      [3, 1, 8, 0x1000028, "dd"],
    ],
  })),
  {
    section: "5.3.1.3",
    name: "an extended delta in type 1 is a delta",
    bytes: "03 000064 000001 08 01000000 aa 43 ffffff 000001 08 01000000 bb",
    messages: [[3, 1, 8, 100, "aa"], [3, 1, 8, 0x1000064, "bb"]],
  },
  {
    section: "5.3.1.3",
    name: "an extended delta in type 2, and type 3 that adds it again",
    bytes: "03 000064 000001 08 01000000 aa 83 ffffff 00ffffff bb c3 00ffffff cc",
    messages: [[3, 1, 8, 100, "aa"], [3, 1, 8, 0x1000063, "bb"], [3, 1, 8, 0x2000062, "cc"]],
  },
  {
    section: "5.3.1.3",
    name: "a type 3 that repeats the absolute time instead of the delta",
    bytes: "03 000064 000001 08 01000000 aa 83 ffffff 01000000 bb c3 02000064 cc c3 03000064 dd",
    messages: [
      [3, 1, 8, 100, "aa"],
      [3, 1, 8, 0x1000064, "bb"],
      [3, 1, 8, 0x2000064, "cc"],
      [3, 1, 8, 0x3000064, "dd"],
    ],
  },
  {
    section: "5.3.1.3",
    name: "the time wraps at 2^32",
    bytes: "03 ffffff 000001 08 01000000 fffffff0 aa 83 000020 bb c3 cc",
    messages: [[3, 1, 8, 0xfffffff0, "aa"], [3, 1, 8, 0x10, "bb"], [3, 1, 8, 0x30, "cc"]],
  },
];

/** All cases. */
export const CHUNK_TABLE: ChunkRow[] = [
  ...BASIC_HEADER,
  ...MESSAGE_HEADERS,
  ...TYPE_3,
  ...EXTENDED_TIMESTAMP,
];
