import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { ReceivedCounts } from "../../src/ledger/received_counts.ts";
import { type ByteReader, MessageReader } from "../../src/session/message_reader.ts";
import type { RtmpMessage } from "../../src/message/message.ts";
import { windowAcknowledgementSize } from "../../src/message/control.ts";
import { MessageEncoder } from "../../src/message/message_encoder.ts";
import { cutAt } from "../support/cuts.ts";
import { decodeStreams } from "../support/decode.ts";
import { anySender, UNUSED_CHUNK_STREAM } from "../support/scripts.ts";

/** Gives parts in one piece of memory, which each read writes over. */
function sharedMemory(parts: Uint8Array[]): ByteReader {
  const memory = new Uint8Array(Math.max(0, ...parts.map(({ length }) => length)));
  const rest = [...parts];
  return {
    read() {
      const part = rest.shift();
      memory.fill(0xee);
      if (!part) return Promise.resolve({ done: true });
      memory.set(part);
      return Promise.resolve({ done: false, value: memory.subarray(0, part.length) });
    },
    cancel: () => Promise.resolve(),
  };
}

/** Everything a reader gives, and how it ends. */
async function readAll(reader: MessageReader) {
  const messages: RtmpMessage[] = [];
  try {
    while (await reader.more()) {
      for (let message = reader.take(); message; message = reader.take()) messages.push(message);
    }
    return { messages, error: undefined };
  } catch (error) {
    return { messages, error };
  }
}

Deno.test("MessageReader gives what the two stages give, from memory that is written over", async () => {
  const anyEnd = fc.constantFrom([], [0xc0, UNUSED_CHUNK_STREAM - 64, 1, 2, 3], [3, 0, 0]);
  const anyPlaces = fc.array(fc.nat(), { maxLength: 40, size: "max" });
  await fc.assert(
    fc.asyncProperty(anySender, anyEnd, anyPlaces, async (sender, end, places) => {
      const parts = cutAt(Uint8Array.of(...sender.bytes, ...end), places);
      const [counts, stageCounts] = [new ReceivedCounts(), new ReceivedCounts()];
      const read = await readAll(new MessageReader(sharedMemory(parts), { counts }));
      const { items, error } = await decodeStreams(parts, { counts: stageCounts });
      assertEquals(read.messages, items);
      assertEquals(`${read.error}`, `${error}`);
      assertEquals(counts, stageCounts);
    }),
    { numRuns: 200 },
  );
});

Deno.test("MessageReader reads again only when everything that has come is taken", async () => {
  const bytes = new MessageEncoder().encode(windowAcknowledgementSize(1));
  const parts = sharedMemory([Uint8Array.of(...bytes, ...bytes.slice(0, 5)), bytes.subarray(5)]);
  const reader = new MessageReader(parts, {});
  assertEquals(await reader.more(), true);
  assertEquals(reader.take(), windowAcknowledgementSize(1));
  assertEquals(reader.take(), undefined);
  assertEquals(await reader.more(), true);
  assertEquals(reader.take(), windowAcknowledgementSize(1));
  assertEquals(await reader.more(), false);
});

Deno.test("MessageReader counts what is unfinished once when it is cancelled and ends", async () => {
  const counts = new ReceivedCounts();
  const reader = new MessageReader(sharedMemory([Uint8Array.of(2, 0, 0)]), { counts });
  await reader.more();
  assertEquals(reader.take(), undefined);
  await reader.cancel();
  assertEquals(await reader.more(), false);
  assertEquals(counts.discarded, { "incomplete-chunk": 1 });
});

Deno.test("MessageReader fails with what the connection fails with", async () => {
  const error = new Error("timed out");
  const reader = new MessageReader(
    new ReadableStream({ pull: (controller) => controller.error(error) }).getReader(),
    {},
  );
  assertEquals(await assertRejects(() => reader.more(), Error), error);
});
