import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ChunkDecoder } from "../../src/chunk/chunk_decoder.ts";
import type { RtmpMessage } from "../../src/message/message.ts";
import { filled } from "../support/bytes.ts";
import { chunkBytes } from "../support/chunk_bytes.ts";
import { byteByByte, cutAt } from "../support/cuts.ts";
import { decodeParts } from "../support/decode.ts";
import { anySender } from "../support/scripts.ts";

Deno.test("ChunkDecoder and MessageDecoder never write into payloads they have given out", () => {
  fc.assert(
    fc.property(anySender, fc.array(fc.nat(), { maxLength: 30 }), (sender, places) => {
      const bytes = Uint8Array.from(sender.bytes);
      for (const parts of [[bytes], byteByByte(bytes), cutAt(bytes, places)]) {
        const views: [Uint8Array, Uint8Array][] = [];
        const decoder = new ChunkDecoder();
        for (const part of parts) {
          decoder.decode(part, ({ payload }) => {
            views.push([payload, payload.slice()]);
          });
        }
        for (const [view, copy] of views) assertEquals(view, copy);
      }
    }),
    { numRuns: 50 },
  );
});

Deno.test("MessageDecoder gives each message memory that no other message lies in", () => {
  fc.assert(
    fc.property(anySender, fc.array(fc.nat(), { maxLength: 30 }), (sender, places) => {
      const { messages } = decodeParts(cutAt(Uint8Array.from(sender.bytes), places));
      const full = messages.filter(({ payload }) => payload.length > 0);
      const memories = new Set(full.map(({ payload }) => payload.buffer));
      assertEquals(memories.size, full.length);
    }),
    { numRuns: 50 },
  );
});

Deno.test("MessageDecoder gives out payloads that keep little more than themselves alive", () => {
  const kept = (messages: RtmpMessage[]) =>
    messages.map(({ payload }) => payload.buffer.byteLength / payload.length);
  const message = (length: number) =>
    chunkBytes({ format: 0, chunkStreamId: 4, typeId: 9, payload: filled(length) });
  // Many in one read, one that fills its read, and one in many reads.
  const reads = [
    Uint8Array.from([...message(10), ...message(1000), ...message(50_000)]),
    Uint8Array.from(message(60_000)),
    ...cutAt(Uint8Array.from(message(60_000)), [1000, 2000, 30_000]),
  ];
  const { messages } = decodeParts(reads, { chunkSize: 100_000 });
  assertEquals(messages.length, 5);
  for (const ratio of kept(messages)) assert(ratio < 4 / 3, `${ratio} times as much`);
  const { messages: chunked } = decodeParts(
    [Uint8Array.from([
      ...chunkBytes({ format: 0, chunkStreamId: 4, length: 200, payload: filled(128) }),
      ...chunkBytes({ format: 3, chunkStreamId: 4, payload: filled(72) }),
    ])],
  );
  assertEquals(kept(chunked), [1]);
});
