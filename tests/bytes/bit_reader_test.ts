import { assertEquals, assertThrows } from "@std/assert";
import { BitReader } from "../../src/bytes/bit_reader.ts";
import { FlvError } from "../../src/errors.ts";

function reader(...bytes: number[]): BitReader {
  return new BitReader(Uint8Array.from(bytes), "a thing");
}

Deno.test("BitReader.bits() reads numbers over the edges of bytes", () => {
  const bits = reader(0b1010_0101, 0b1100_0011, 0xff, 0xff, 0xff, 0xff);
  assertEquals([bits.bits(3), bits.bits(0), bits.bits(7), bits.bitsLeft], [
    0b101,
    0,
    0b0010111,
    38,
  ]);
  assertEquals([bits.bits(6), bits.bits(32), bits.bitsLeft], [0b000011, 0xffffffff, 0]);
});

Deno.test("BitReader.ue() and se() read exponential Golomb codes", () => {
  // 1 010 011 00100 00101 00110 00111 0001000
  const codes = [0b1010_0110, 0b0100_0010, 0b1001_1000, 0b1110_0010, 0b0000_0000];
  const unsigned = reader(...codes);
  assertEquals(Array.from({ length: 8 }, () => unsigned.ue()), [0, 1, 2, 3, 4, 5, 6, 7]);
  const signed = reader(...codes);
  assertEquals(Array.from({ length: 8 }, () => signed.se()), [-0, 1, -1, 2, -2, 3, -3, 4]);
  assertEquals(reader(0, 0, 0, 0, 0x80, 0, 0, 0, 0).ue(), 2 ** 32 - 1);
});

Deno.test("BitReader throws at the end and at a code without an end", () => {
  const bits = reader(0xff);
  bits.skip(5);
  assertThrows(
    () => bits.bits(4),
    FlvError,
    "Cannot read a thing: read 3 bits, expected 4 (at byte 0)",
  );
  assertThrows(() => bits.skip(4), FlvError);
  assertEquals(bits.bits(3), 7);
  assertThrows(() => reader(0, 0).ue(), FlvError, "read 0 bits, expected 1 (at byte 2)");
  assertThrows(() => reader(0, 0, 0, 0, 0, 0xff, 0, 0, 0, 0).ue(), FlvError, "a longer code");
});
