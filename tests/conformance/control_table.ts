/**
 * What the two messages that change the chunk layer do (RTMP 1.0, sections 5.4.1 and 5.4.2).
 *
 * @module
 */

import { RtmpChunkError } from "../../src/errors.ts";
import type { ChunkRow } from "./chunk_row.ts";

/** Section 5.4.1. */
const SET_CHUNK_SIZE: ChunkRow[] = [
  {
    section: "5.4.1",
    name: "a chunk size of 1",
    bytes: "02 000000 000004 01 00000000 00000001 03 000000 000003 08 01000000 aa c3 bb c3 cc",
    messages: [[2, 0, 1, 0, "00000001"], [3, 1, 8, 0, "aabbcc"]],
  },
  {
    section: "5.4.1",
    name: "Set Chunk Size in chunks of 1 byte",
    bytes: "02 000000 000004 01 00000000 00 c2 00 c2 01 c2 00 03 000000 0000ff 08 01000000 aa*255",
    messages: [[2, 0, 1, 0, "00000100"], [3, 1, 8, 0, "aa*255"]],
    chunkSize: 1,
  },
  {
    section: "5.4.1",
    name: "the largest chunk size",
    bytes: "02 000000 000004 01 00000000 7fffffff 03 000000 000200 08 01000000 aa*512",
    messages: [[2, 0, 1, 0, "7fffffff"], [3, 1, 8, 0, "aa*512"]],
  },
  {
    section: "5.4.1",
    name: "a larger chunk size in the middle of a message",
    bytes: "04 000000 000200 09 01000000 aa*128 02 000000 000004 01 00000000 00001000 c4 bb*384",
    messages: [[2, 0, 1, 0, "00001000"], [4, 1, 9, 0, "aa*128 bb*384"]],
  },
  {
    section: "5.4.1",
    name: "a smaller chunk size in the middle of a message",
    bytes:
      "04 000000 000084 09 01000000 aa*128 02 000000 000004 01 00000000 00000003 c4 bbbbbb c4 cc",
    messages: [[2, 0, 1, 0, "00000003"], [4, 1, 9, 0, "aa*128 bbbbbb cc"]],
  },
  {
    section: "5.4.1",
    name: "Set Chunk Size on another chunk stream than 2",
    bytes: "03 000000 000004 01 00000000 00000100 43 000000 000100 08 aa*256",
    messages: [[3, 0, 1, 0, "00000100"], [3, 0, 8, 0, "aa*256"]],
  },
  ...[["00000000", "0"], ["80000000", "2^31"], ["ffffffff", "2^32 - 1"]].map((
    [body, size],
  ): ChunkRow => ({
    section: "5.4.1",
    name: `a chunk size of ${size}`,
    bytes: `02 000000 000004 01 00000000 ${body} 03 000000 000001 08 01000000 aa`,
    messages: [[2, 0, 1, 0, `${body}`]],
    error: RtmpChunkError,
  })),
  ...["", "0080", "0000008000"].map((body): ChunkRow => ({
    section: "5.4.1",
    name: `Set Chunk Size with ${body.length / 2} bytes`,
    bytes: `02 000000 00000${body.length / 2} 01 00000000 ${body} 03 000000 000001 08 01000000 aa`,
    messages: [[2, 0, 1, 0, body]],
    error: RtmpChunkError,
  })),
];

/** Section 5.4.2. */
const ABORT: ChunkRow[] = [
  {
    section: "5.4.2",
    name: "Abort drops what has come of a message",
    bytes: "04 000000 000082 09 01000000 aa*128 02 000000 000004 02 00000000 00000004 " +
      "04 000014 000001 09 01000000 bb",
    messages: [[2, 0, 2, 0, "00000004"], [4, 1, 9, 20, "bb"]],
  },
  {
    section: "5.4.2",
    name: "Abort leaves the header of its chunk stream as it was",
    bytes: "04 000000 000001 09 01000000 aa 44 000014 000082 09 aa*128 " +
      "02 000000 000004 02 00000000 00000004 c4 bb*128 c4 cccc",
    messages: [[4, 1, 9, 0, "aa"], [2, 0, 2, 0, "00000004"], [4, 1, 9, 40, "bb*128 cccc"]],
  },
  {
    section: "5.4.2",
    name: "Abort leaves other chunk streams alone",
    bytes: "04 000000 000082 09 01000000 aa*128 05 000000 000082 08 01000000 bb*128 " +
      "02 000000 000004 02 00000000 00000004 c5 dddd",
    messages: [[2, 0, 2, 0, "00000004"], [5, 1, 8, 0, "bb*128 dddd"]],
  },
  {
    section: "5.4.2",
    name: "Abort of a chunk stream with a long id",
    bytes: "01ffff 000000 000082 09 01000000 aa*128 02 000000 000004 02 00000000 0001003f " +
      "81ffff 000014 bb*128 c1ffff cccc",
    messages: [[2, 0, 2, 0, "0001003f"], [65599, 1, 9, 20, "bb*128 cccc"]],
  },
  ...[
    ["a chunk stream without an unfinished message", "00000003"],
    ["a chunk stream that was never used", "00000063"],
    ["its own chunk stream", "00000002"],
    ["no chunk stream there can be", "ffffffff"],
  ].map(([what, body]): ChunkRow => ({
    section: "5.4.2",
    name: `Abort of ${what}`,
    bytes: `03 000000 000001 08 01000000 aa 02 000000 000004 02 00000000 ${body} 83 000014 bb`,
    messages: [[3, 1, 8, 0, "aa"], [2, 0, 2, 0, `${body}`], [3, 1, 8, 20, "bb"]],
  })),
  {
    section: "5.4.2",
    name: "Abort of an unfinished Set Chunk Size",
    bytes: "05 000000 000004 01 00000000 0000 02 000000 000004 02 00000000 0000 c2 0005 " +
      "04 000000 000003 09 01000000 aabb c4 cc",
    messages: [[2, 0, 2, 0, "00000005"], [4, 1, 9, 0, "aabbcc"]],
    chunkSize: 2,
  },
  ...["", "000004", "0000000004"].map((body): ChunkRow => ({
    section: "5.4.2",
    name: `Abort with ${body.length / 2} bytes`,
    bytes: `02 000000 00000${body.length / 2} 02 00000000 ${body} 03 000000 000001 08 01000000 aa`,
    messages: [[2, 0, 2, 0, body]],
    error: RtmpChunkError,
  })),
];

/** All cases. */
export const CONTROL_TABLE: ChunkRow[] = [...SET_CHUNK_SIZE, ...ABORT];
