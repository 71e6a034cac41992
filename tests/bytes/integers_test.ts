import { assertEquals } from "@std/assert";
import {
  readInt24,
  readUint16,
  readUint24,
  readUint32,
  readUint32LittleEndian,
  writeUint16,
  writeUint24,
  writeUint32,
  writeUint32LittleEndian,
} from "../../src/bytes/integers.ts";
import { hex } from "../support/bytes.ts";

type Read = (bytes: Uint8Array, at: number) => number;
type Write = (bytes: Uint8Array, at: number, value: number) => void;

/** Each with its bytes, between two others that must not matter. */
const rows: { read: Read; write?: Write; values: [string, number][] }[] = [
  {
    read: readUint16,
    write: writeUint16,
    values: [["0000", 0], ["0102", 0x102], ["7fff", 0x7fff], ["8000", 0x8000], ["ffff", 0xffff]],
  },
  {
    read: readUint24,
    write: writeUint24,
    values: [["000000", 0], ["010203", 0x10203], ["800000", 0x800000], ["ffffff", 0xffffff]],
  },
  {
    read: readInt24,
    values: [["000000", 0], ["000001", 1], ["7fffff", 8388607], ["800000", -8388608], [
      "ffffff",
      -1,
    ]],
  },
  {
    read: readUint32,
    write: writeUint32,
    values: [["00000000", 0], ["01020304", 0x1020304], ["7fffffff", 0x7fffffff], [
      "80000000",
      0x80000000,
    ], ["ffffffff", 0xffffffff]],
  },
  {
    read: readUint32LittleEndian,
    write: writeUint32LittleEndian,
    values: [["00000000", 0], ["04030201", 0x1020304], ["39300000", 12345], [
      "00000080",
      0x80000000,
    ], ["ffffffff", 0xffffffff]],
  },
];

for (const { read, write, values } of rows) {
  Deno.test(`${read.name}() reads the bytes from its place on`, () => {
    for (const [digits, value] of values) assertEquals(read(hex(`a5 ${digits} 5a`), 1), value);
  });

  if (write) {
    Deno.test(`${write.name}() writes just its own bytes`, () => {
      for (const [digits, value] of values) {
        const bytes = hex(`a5 ${"33".repeat(digits.length / 2)} 5a`);
        write(bytes, 1, value);
        assertEquals(bytes, hex(`a5 ${digits} 5a`));
      }
    });
  }
}
