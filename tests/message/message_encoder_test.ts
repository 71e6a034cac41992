import { assert, assertEquals, assertThrows } from "@std/assert";
import { concat } from "@std/bytes";
import fc from "fast-check";
import { RtmpMessageError } from "../../src/errors.ts";
import type { RtmpMessage } from "../../src/message/message.ts";
import { MessageEncoder } from "../../src/message/message_encoder.ts";
import { filled, hex } from "../support/bytes.ts";
import { decodeParts } from "../support/decode.ts";
import { anyChunkStreamId, anyMessageStreamId, anyTime, anyTypeId } from "../support/scripts.ts";

function message(fields: Partial<RtmpMessage> = {}): RtmpMessage {
  return {
    chunkStreamId: 4,
    messageStreamId: 1,
    typeId: 9,
    timestamp: 0,
    payload: Uint8Array.of(0xaa),
    ...fields,
  };
}

/** Messages one after another on one encoder, with the bytes that each must become. */
const sequences: { name: string; chunkSize?: number; steps: [Partial<RtmpMessage>, string][] }[] = [
  {
    name: "the audio messages of section 5.3.2.1",
    steps: [1000, 1020, 1040, 1060].map((timestamp, i) => [
      {
        chunkStreamId: 3,
        messageStreamId: 12345,
        typeId: 8,
        timestamp,
        payload: hex("aa*32"),
      },
      ["03 0003e8 000020 08 39300000", "83 000014", "c3", "c3"][i] + " aa*32",
    ]),
  },
  {
    name: "the video message of section 5.3.2.2",
    steps: [[
      { messageStreamId: 12346, timestamp: 1000, payload: hex("aa*128 bb*128 cc*51") },
      "04 0003e8 000133 09 3a300000 aa*128 c4 bb*128 c4 cc*51",
    ]],
  },
  {
    name: "every difference to the message before with the least header that shows it",
    steps: [
      [{ timestamp: 10 }, "04 00000a 000001 09 01000000 aa"],
      [{ timestamp: 20, payload: hex("bbcc") }, "44 00000a 000002 09 bbcc"],
      [{ timestamp: 30, payload: hex("dd"), typeId: 18 }, "44 00000a 000001 12 dd"],
      [{ timestamp: 40, typeId: 18 }, "c4 aa"],
      [{ timestamp: 41, typeId: 18 }, "84 000001 aa"],
      [{ timestamp: 42, typeId: 18 }, "c4 aa"],
      [{ timestamp: 43, typeId: 18, messageStreamId: 2 }, "04 00002b 000001 12 02000000 aa"],
    ],
  },
  {
    name: "the time of type 0 not as a delta, since receivers differ there",
    steps: [
      [{ timestamp: 0 }, "04 000000 000001 09 01000000 aa"],
      [{ timestamp: 0 }, "84 000000 aa"],
      [{ timestamp: 0 }, "c4 aa"],
      [{ timestamp: 1000 }, "84 0003e8 aa"],
    ],
  },
  {
    name: "a time that goes back with type 0",
    steps: [
      [{ timestamp: 1000 }, "04 0003e8 000001 09 01000000 aa"],
      [{ timestamp: 999 }, "04 0003e7 000001 09 01000000 aa"],
      [{ timestamp: 1000 }, "84 000001 aa"],
      [{ timestamp: 0 }, "04 000000 000001 09 01000000 aa"],
    ],
  },
  {
    name: "a time that wraps as the small delta that it is",
    steps: [
      [{ timestamp: 0xfffffff0 }, "04 ffffff 000001 09 01000000 fffffff0 aa"],
      [{ timestamp: 0x10 }, "84 000020 aa"],
      [{ timestamp: 0x30 }, "c4 aa"],
      [{ timestamp: 0xfffffff0 }, "04 ffffff 000001 09 01000000 fffffff0 aa"],
    ],
  },
  {
    name: "the largest delta as such, and one more as going back",
    steps: [
      [{ timestamp: 0 }, "04 000000 000001 09 01000000 aa"],
      [{ timestamp: 0x7fffffff }, "84 ffffff 7fffffff aa"],
      [{ timestamp: 0xffffffff }, "04 ffffff 000001 09 01000000 ffffffff aa"],
    ],
  },
  {
    name: "times in 32 bits from 0xFFFFFF on",
    steps: [
      [{ timestamp: 0xfffffe }, "04 fffffe 000001 09 01000000 aa"],
      [{ timestamp: 0xffffff }, "84 000001 aa"],
      [{ timestamp: 0xffffff, messageStreamId: 2 }, "04 ffffff 000001 09 02000000 00ffffff aa"],
      [{ timestamp: 0x1fffffd, messageStreamId: 2 }, "84 fffffe aa"],
      [{ timestamp: 0x2fffffc, messageStreamId: 2 }, "84 ffffff 00ffffff aa"],
    ],
  },
  {
    name: "the extended timestamp in every chunk of type 3 behind it",
    chunkSize: 2,
    steps: [
      [
        { timestamp: 0x1020304, payload: hex("aabbccddee") },
        "04 ffffff 000005 09 01000000 01020304 aabb c4 01020304 ccdd c4 01020304 ee",
      ],
      [
        { timestamp: 0x2020304, payload: hex("aabbccddee") },
        "84 ffffff 01000000 aabb c4 01000000 ccdd c4 01000000 ee",
      ],
      [
        { timestamp: 0x3020304, payload: hex("aabbccddee") },
        "c4 01000000 aabb c4 01000000 ccdd c4 01000000 ee",
      ],
      [{ timestamp: 0x302032c, payload: hex("aabbccddee") }, "84 000028 aabb c4 ccdd c4 ee"],
    ],
  },
  {
    name: "each chunk stream with its own state and in its shortest form",
    chunkSize: 1,
    steps: [
      [{ chunkStreamId: 63 }, "3f 000000 000001 09 01000000 aa"],
      [{ chunkStreamId: 64, payload: hex("aabb") }, "0000 000000 000002 09 01000000 aa c000 bb"],
      [{ chunkStreamId: 319 }, "00ff 000000 000001 09 01000000 aa"],
      [
        { chunkStreamId: 320, payload: hex("aabb") },
        "010001 000000 000002 09 01000000 aa c10001 bb",
      ],
      [{ chunkStreamId: 365 }, "012d01 000000 000001 09 01000000 aa"],
      [{ chunkStreamId: 65599 }, "01ffff 000000 000001 09 01000000 aa"],
      [{ chunkStreamId: 2 }, "02 000000 000001 09 01000000 aa"],
      [{ chunkStreamId: 63 }, "bf 000000 aa"],
      [{ chunkStreamId: 65599 }, "81ffff 000000 aa"],
    ],
  },
  {
    name: "empty messages as a header",
    steps: [
      [{ payload: hex("") }, "04 000000 000000 09 01000000"],
      [{ payload: hex("") }, "84 000000"],
      [{ payload: hex("") }, "c4"],
    ],
  },
  {
    name: "a full chunk without an empty one behind it",
    steps: [[{ payload: hex("aa*256") }, "04 000000 000100 09 01000000 aa*128 c4 aa*128"]],
  },
  {
    name: "a new chunk size from the message behind Set Chunk Size on",
    chunkSize: 2,
    steps: [
      [{ payload: hex("aabbcc") }, "04 000000 000003 09 01000000 aabb c4 cc"],
      [
        { chunkStreamId: 2, messageStreamId: 0, typeId: 1, payload: hex("00000003") },
        "02 000000 000004 01 00000000 0000 c2 0003",
      ],
      [{ payload: hex("aabbcc") }, "84 000000 aabbcc"],
      [
        { chunkStreamId: 2, messageStreamId: 0, typeId: 1, payload: hex("7fffffff") },
        "82 000000 7fffff c2 ff",
      ],
      [{ payload: hex("aa*1000") }, "44 000000 0003e8 09 aa*1000"],
    ],
  },
];

for (const { name, chunkSize, steps } of sequences) {
  Deno.test(`MessageEncoder.encode() writes ${name}`, () => {
    const encoder = new MessageEncoder(chunkSize === undefined ? {} : { chunkSize });
    for (const [fields, bytes] of steps) {
      assertEquals(encoder.encode(message(fields)).toHex(), hex(bytes).toHex());
    }
  });
}

const anyMessage: fc.Arbitrary<RtmpMessage> = fc.record({
  chunkStreamId: fc.oneof(fc.integer({ min: 3, max: 5 }), anyChunkStreamId),
  messageStreamId: anyMessageStreamId,
  typeId: anyTypeId,
  timestamp: anyTime,
  payload: fc.tuple(fc.oneof(fc.nat(4), fc.nat(400)), fc.nat(100)).map(([length, seed]) =>
    filled(length, seed)
  ),
});

/** Messages whose times rather go on than jump, since that is what headers are compressed for. */
const anyMessages = fc.array(
  fc.tuple(anyMessage, fc.option(fc.constantFrom(0, 20, 40, 0xffffff, 0x1000000))),
  { maxLength: 40, size: "max" },
).map((pairs) => {
  let clock = 0;
  return pairs.map(([message, step]) => {
    clock = step === null ? message.timestamp : (clock + step) % 2 ** 32;
    return { ...message, timestamp: clock };
  });
});

for (const chunkSize of [1, 2, 128, 4096, 65536, 0x7fffffff]) {
  Deno.test(`MessageEncoder.encode() writes what the decoders read, in chunks of ${chunkSize}`, () => {
    fc.assert(
      fc.property(anyMessages, (messages) => {
        const encoder = new MessageEncoder({ chunkSize });
        const bytes = concat(messages.map((message) => encoder.encode(message)));
        const decoded = decodeParts([bytes], { chunkSize });
        assertEquals(decoded.error, undefined);
        assertEquals(decoded.messages, messages);
        assert(decoded.chunks.every(({ payload }) => payload.length <= chunkSize));
      }),
      { numRuns: 60 },
    );
  });
}

Deno.test("MessageEncoder.encode() writes the largest message, cut as it should be", () => {
  for (const chunkSize of [4096, 65536, 0x7fffffff]) {
    const payload = new Uint8Array(0xffffff).fill(0xa5);
    const bytes = new MessageEncoder({ chunkSize }).encode(message({ payload }));
    assertEquals(bytes.length, 12 + payload.length + Math.ceil(payload.length / chunkSize) - 1);
  }
});

Deno.test("MessageEncoder.encode() takes times modulo 2^32", () => {
  const bytes = new MessageEncoder().encode(message({ timestamp: 2 ** 32 + 5 }));
  assertEquals(bytes.toHex(), hex("04 000005 000001 09 01000000 aa").toHex());
});

Deno.test("MessageEncoder.encode() neither keeps nor changes the payload", () => {
  const payload = filled(300);
  const bytes = new MessageEncoder().encode(message({ payload }));
  assertEquals(payload, filled(300));
  const before = bytes.slice();
  payload.fill(0);
  assertEquals(bytes, before);
});

const refused: { name: string; fields: Partial<RtmpMessage>; message: string }[] = [
  {
    name: "a payload that no header can announce",
    fields: { payload: new Uint8Array(0x1000000) },
    message: "Message too large: 16777216 bytes, limit 16777215 (on chunk stream 4)",
  },
  ...[0, 1, 65600, -1].map((chunkStreamId) => ({
    name: `chunk stream ${chunkStreamId}`,
    fields: { chunkStreamId },
    message: `Cannot write a message on chunk stream ${chunkStreamId}: expected 2 to 65599`,
  })),
  ...["00000000", "80000000"].map((digits) => ({
    name: `a chunk size of ${digits}`,
    fields: { typeId: 1, payload: hex(digits) },
    message: `Cannot set the chunk size: read ${parseInt(digits, 16)}, ` +
      "expected 1 to 2147483647 (on chunk stream 4)",
  })),
  ...["", "000080", "0000008000"].map((digits) => ({
    name: `a Set Chunk Size of ${digits.length / 2} bytes`,
    fields: { typeId: 1, payload: hex(digits) },
    message: `Cannot set the chunk size: read a body of ${digits.length / 2} bytes, ` +
      "expected 4 bytes (on chunk stream 4)",
  })),
];

for (const { name, fields, message: text } of refused) {
  Deno.test(`MessageEncoder.encode() refuses ${name} and goes on as if it had not been`, () => {
    const encoder = new MessageEncoder();
    encoder.encode(message());
    const error = assertThrows(() => encoder.encode(message(fields)), RtmpMessageError);
    assertEquals(error.message, text);
    assertEquals(encoder.encode(message({ timestamp: 40 })).toHex(), "84000028aa");
  });
}
