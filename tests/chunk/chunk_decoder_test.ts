import { assertEquals, assertInstanceOf } from "@std/assert";
import { RtmpChunkError } from "../../src/errors.ts";
import { filled, hex } from "../support/bytes.ts";
import { chunkBytes } from "../support/chunk_bytes.ts";
import { byteByByte } from "../support/cuts.ts";
import { decodeEveryWay, decodeParts } from "../support/decode.ts";

/** A whole message of three bytes, then what breaks the layer, and what the error says of it. */
const broken: { name: string; bytes: string; message: string }[] = [
  {
    name: "type 2 is the first of its chunk stream",
    bytes: "85 000001 aa",
    message: "Cannot read a chunk header: read type 2 at the start of a chunk stream, " +
      "expected type 0 or 1 (at byte 15, on chunk stream 5)",
  },
  {
    name: "type 3 is the first of its chunk stream",
    bytes: "c1 ffff aa",
    message: "Cannot read a chunk header: read type 3 at the start of a chunk stream, " +
      "expected type 0 or 1 (at byte 15, on chunk stream 65599)",
  },
  {
    name: "type 0 comes inside a message",
    bytes: "04 000000 000084 09 01000000 aa*128   04 000000 000084 09 01000000 aa",
    message: "Cannot start a message inside another: read a type 0 header that announces " +
      "132 bytes, expected type 3, after 128 of 132 bytes (at byte 155, on chunk stream 4)",
  },
  {
    name: "type 1 comes inside a message with another length",
    bytes: "04 000000 000084 09 01000000 aa*128   44 000000 000085 09 aa",
    message: "Cannot start a message inside another: read a type 1 header that announces " +
      "133 bytes, expected type 3, after 128 of 132 bytes (at byte 155, on chunk stream 4)",
  },
  {
    name: "Set Chunk Size says 0",
    bytes: "02 000000 000004 01 00000000 00000000",
    message: "Cannot set the chunk size: read 0, expected 1 to 2147483647 " +
      "(at byte 15, on chunk stream 2)",
  },
  {
    name: "Set Chunk Size has its highest bit set",
    bytes: "02 000000 000004 01 00000000 80000000",
    message: "Cannot set the chunk size: read 2147483648, expected 1 to 2147483647 " +
      "(at byte 15, on chunk stream 2)",
  },
  {
    name: "Set Chunk Size has three bytes",
    bytes: "02 000000 000003 01 00000000 000080",
    message: "Cannot read a Set Chunk Size message: read a body of 3 bytes, expected 4 bytes " +
      "(at byte 15, on chunk stream 2)",
  },
  {
    name: "Abort has no body",
    bytes: "02 000000 000000 02 00000000",
    message: "Cannot read an Abort message: read a body of 0 bytes, expected 4 bytes " +
      "(at byte 15, on chunk stream 2)",
  },
];

for (const { name, bytes, message } of broken) {
  Deno.test(`ChunkDecoder.decode() says what is wrong and where when ${name}`, () => {
    const whole = "03 000000 000003 08 00000000 aabbcc ";
    const { messages, error } = decodeEveryWay(hex(whole + bytes));
    assertInstanceOf(error, RtmpChunkError);
    assertEquals(error.message, message);
    assertEquals(messages[0]?.payload, hex("aabbcc"));
  });
}

Deno.test("ChunkDecoder.decode() gives every chunk with all of its header", () => {
  const { chunks } = decodeParts([hex(`
    04 000064 000082 09 01000000 aa*128
    c4 bbbb
    84 000028 cc*128`)]);
  const common = { chunkStreamId: 4, messageStreamId: 1, typeId: 9, length: 130 };
  assertEquals(chunks, [
    { ...common, format: 0, timestamp: 100, offset: 0, payload: hex("aa*128") },
    { ...common, format: 3, timestamp: 100, offset: 128, payload: hex("bbbb") },
    { ...common, format: 2, timestamp: 140, offset: 0, payload: hex("cc*128") },
  ]);
});

Deno.test("ChunkDecoder.decode() goes by the type a message began with, not by a later header", () => {
  // Video whose second chunk says Set Chunk Size; then a chunk of more than what that would set.
  const video = decodeEveryWay(
    hex(
      "04 000000 000004 09 01000000 aabb 44 000000 000004 01 0001 04 000000 000002 09 01000000 ccdd",
    ),
    { chunkSize: 2 },
  );
  assertEquals(video.error, undefined);
  assertEquals(video.messages.map(({ typeId, payload }) => [typeId, payload.toHex()]), [
    [9, "aabb0001"],
    [9, "ccdd"],
  ]);
  // Set Chunk Size whose second chunk says video; what it sets is needed right behind it.
  const size = decodeEveryWay(
    hex(
      "02 000000 000004 01 00000000 0000 42 000000 000004 09 0004 04 000000 000004 09 01000000 aabbccdd",
    ),
    { chunkSize: 2 },
  );
  assertEquals(size.error, undefined);
  assertEquals(size.messages.map(({ typeId, payload }) => [typeId, payload.toHex()]), [
    [1, "00000004"],
    [9, "aabbccdd"],
  ]);
});

Deno.test("ChunkDecoder.decode() forgets what it has read of a Set Chunk Size that is aborted", () => {
  const { messages, error } = decodeEveryWay(
    hex(`
      03 000000 000004 01 00000000 7fff
      02 000000 000004 02 00000000 0000   c2 0003
      03 000000 000004 01 00000000 0000   c3 0080
      04 000000 000003 09 01000000 aabbcc`),
    { chunkSize: 2 },
  );
  assertEquals(error, undefined);
  assertEquals(messages.map(({ typeId, payload }) => [typeId, payload.toHex()]), [
    [2, "00000003"],
    [1, "00000080"],
    [9, "aabbcc"],
  ]);
});

Deno.test("ChunkDecoder.decode() does nothing with no bytes", () => {
  const bytes = hex("03 000000 000003 08 00000000 aabbcc");
  const parts = byteByByte(bytes).flatMap((part) => [new Uint8Array(0), part]);
  const { messages, error } = decodeParts([...parts, new Uint8Array(0)]);
  assertEquals([messages.length, error], [1, undefined]);
});

Deno.test("ChunkDecoder.decode() tells how many bytes have been counted, once a read", () => {
  const told: number[] = [];
  decodeParts([filled(0), hex("03 0000"), hex("00 000001 08")], {
    onBytes: (bytes) => told.push(bytes),
  });
  assertEquals(told, [0, 3, 8]);
});

Deno.test("ChunkDecoder.end() counts an input that ends inside of a chunk", () => {
  const bytes = Uint8Array.from([
    ...chunkBytes({ format: 0, chunkStreamId: 4, length: 200, typeId: 9, payload: filled(128) }),
    ...chunkBytes({ format: 3, chunkStreamId: 4, payload: filled(72) }),
  ]);
  for (let length = 0; length <= bytes.length; length++) {
    const { counts, error } = decodeParts([bytes.subarray(0, length)]);
    const chunks = length < 140 ? 0 : length < 213 ? 1 : 2;
    assertEquals(error, undefined);
    assertEquals(counts.chunks, chunks);
    assertEquals(counts.messages, chunks === 2 ? 1 : 0);
    const insideChunk = ![0, 140, 213].includes(length);
    assertEquals(counts.discarded, {
      ...insideChunk ? { "incomplete-chunk": 1 } : {},
      ...chunks === 1 ? { "incomplete-message": 1 } : {},
    });
  }
});

Deno.test("ChunkDecoder starts with the chunk size that it is given", () => {
  for (const chunkSize of [1, 2, 200, 0x7fffffff]) {
    const payload = filled(100);
    const bytes = Array.from({ length: Math.ceil(100 / chunkSize) }, (_, i) =>
      chunkBytes({
        format: i === 0 ? 0 : 3,
        chunkStreamId: 4,
        length: 100,
        payload: payload.subarray(i * chunkSize, (i + 1) * chunkSize),
      })).flat();
    assertEquals(decodeEveryWay(bytes, { chunkSize }).messages[0]?.payload, payload);
  }
});
