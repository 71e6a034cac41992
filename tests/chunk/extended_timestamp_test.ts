import { assertEquals } from "@std/assert";
import { bigEndian, chunkBytes, type ChunkParts } from "../support/chunk_bytes.ts";
import { ChunkSender, type ExtendedHabit, type Step } from "../support/chunk_sender.ts";
import { filled } from "../support/bytes.ts";
import { decodeEveryWay } from "../support/decode.ts";

const TIME = 0x01020304;
const habits: ExtendedHabit[] = ["field", "time", "time before", "zeros", "nothing"];

/** A message of chunk stream 4 that begins at TIME, and what follows it. */
function begin(length: number, parts: Partial<ChunkParts> = {}): number[] {
  const payload = filled(Math.min(length, 128));
  const header = { chunkStreamId: 4, time: TIME, length, typeId: 9, messageStreamId: 1 };
  return chunkBytes({ format: 0, ...header, payload, ...parts });
}

function type3(payload: Uint8Array | number[], extended?: number): number[] {
  return chunkBytes({ format: 3, chunkStreamId: 4, extended, payload: Uint8Array.from(payload) });
}

function payloads(bytes: number[]): number[][] {
  const { messages, error } = decodeEveryWay(bytes);
  assertEquals(error, undefined);
  return messages.map(({ payload }) => [...payload]);
}

for (const habit of habits) {
  Deno.test(`ChunkDecoder reads a sender that writes the ${habit} in type 3 after a long time`, () => {
    const sender = new ChunkSender([{ chunkStreamId: 4, habit }]);
    const common = { longTime: false, longId: false, typeId: 9, messageStreamId: 1 };
    const chunk = (format: 0 | 1 | 2 | 3, time: number, length = 0): Step => (
      { kind: "chunk", lane: 0, chunk: { ...common, format, time, length } }
    );
    const goOn = chunk(3, 0);
    // After a type 0 header, at the beginning and inside of a message.
    [chunk(0, TIME, 300), goOn, goOn, goOn, goOn, goOn].forEach((step) => sender.run(step));
    // After a delta that needs no extended timestamp: type 3 has none either.
    [chunk(1, 40, 200), goOn, chunk(2, 40), goOn, goOn, goOn].forEach((step) => sender.run(step));
    // After a delta that needs one.
    [chunk(1, 0x1000000, 129), goOn, goOn, goOn, chunk(2, 0xffffff), goOn].forEach((step) =>
      sender.run(step)
    );
    const { messages, error } = decodeEveryWay(sender.bytes);
    assertEquals(error, undefined);
    assertEquals(messages, sender.messages);
    assertEquals(messages.map(({ timestamp }) => timestamp - TIME), [
      0,
      0,
      40,
      80,
      120,
      120 + 0x1000000,
      120 + 0x2000000,
      120 + 0x2ffffff,
    ]);
  });
}

Deno.test("ChunkDecoder takes the time from 32 bits whatever they say", () => {
  for (const extended of [0, 5, 0xfffffe, 0xffffff, 0x80000000, 0xffffffff]) {
    const { messages } = decodeEveryWay([
      ...begin(2, { time: 0, extended }),
      ...chunkBytes({ format: 1, chunkStreamId: 4, extended, typeId: 9, payload: filled(3) }),
    ]);
    assertEquals(messages.map(({ timestamp }) => timestamp), [extended, 2 * extended % 2 ** 32]);
  }
});

Deno.test("ChunkDecoder takes a payload that begins nearly like the time for payload", () => {
  for (const same of [1, 2, 3]) {
    const tail = bigEndian(TIME, 4);
    tail[same]! ^= 0xff;
    assertEquals(payloads([...begin(132), ...type3(tail)]), [[...filled(128), ...tail]]);
  }
});

Deno.test("ChunkDecoder takes a payload that begins with some zeros for payload", () => {
  for (const zeros of [1, 2, 3]) {
    const tail = [0, 0, 0, 0].fill(7, zeros);
    assertEquals(payloads([...begin(132), ...type3(tail)]), [[...filled(128), ...tail]]);
  }
});

Deno.test("ChunkDecoder tells a last chunk of 1 to 3 bytes by what follows it", () => {
  for (const size of [1, 2, 3]) {
    // The payload is as the time begins; the next header, a type 1, is not.
    const tail = bigEndian(TIME, 4).slice(0, size);
    const next = chunkBytes({ format: 1, chunkStreamId: 4, typeId: 9, payload: filled(5) });
    assertEquals(payloads([...begin(128 + size), ...type3(tail), ...next]), [
      [...filled(128), ...tail],
      [...filled(5)],
    ]);
  }
});

Deno.test("ChunkDecoder goes on taking four bytes from a sender that has repeated the time", () => {
  const body = filled(128 * 3);
  const bytes = [
    ...begin(body.length),
    ...type3(body.subarray(128, 256), TIME),
    ...type3(body.subarray(256), 0x99aabbcc),
  ];
  assertEquals(payloads(bytes), [[...body]]);
});

Deno.test("ChunkDecoder takes no bytes any more from a sender that has left the time out", () => {
  const second = [...bigEndian(TIME, 4), ...filled(124)];
  const third = [0, 0, 0, 0];
  const first = [0x55, ...filled(127)];
  const bytes = [...begin(388), ...type3(first), ...type3(second), ...type3(third)];
  assertEquals(payloads(bytes), [[...filled(128), ...first, ...second, ...third]]);
});

Deno.test("ChunkDecoder decides nothing by zeros", () => {
  const repeats = [
    ...begin(387),
    ...type3(filled(128), 0),
    ...type3(filled(128), TIME),
    ...type3([9, 9, 9], 0),
  ];
  const body = [...filled(128), ...filled(128), ...filled(128)];
  assertEquals(payloads(repeats), [[...body, 9, 9, 9]]);
  const leavesOut = [
    ...begin(387),
    ...type3(filled(128), 0),
    ...type3(filled(128)),
    ...type3([0, 0, 0]),
  ];
  assertEquals(payloads(leavesOut), [[...body, 0, 0, 0]]);
});

Deno.test("ChunkDecoder does not take a repeated zero for a decision", () => {
  const bytes = [
    ...begin(260, { time: 0, extended: 0 }),
    ...type3(filled(128), 0),
    ...type3([1, 2, 3, 4]),
  ];
  assertEquals(payloads(bytes), [[...filled(128), ...filled(128), 1, 2, 3, 4]]);
});

Deno.test("ChunkDecoder decides for each chunk stream by itself", () => {
  const on = (chunkStreamId: number, bytes: number[]) =>
    [bytes[0]! - 4 + chunkStreamId].concat(
      bytes.slice(1),
    );
  const bytes = [
    ...on(4, begin(256)),
    ...on(5, begin(256)),
    ...on(6, begin(256)),
    ...on(4, type3(filled(128), TIME)),
    ...on(5, type3(filled(128))),
    ...on(6, type3(filled(128), 0)),
  ];
  const body = [...filled(128), ...filled(128)];
  assertEquals(payloads(bytes), [body, body, body]);
});

Deno.test("ChunkDecoder waits for the extended timestamp of an empty message", () => {
  const { messages } = decodeEveryWay([...begin(0), ...type3([], TIME), ...type3([], TIME)]);
  assertEquals(messages.map(({ timestamp }) => timestamp), [TIME, TIME, TIME]);
});
