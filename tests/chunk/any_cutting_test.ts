import { assertEquals, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import { RtmpChunkError } from "../../src/errors.ts";
import { ReceivedCounts } from "../../src/ledger/received_counts.ts";
import { byteByByte, cutAt } from "../support/cuts.ts";
import { decodeParts, decodeStreams } from "../support/decode.ts";
import { anySender } from "../support/scripts.ts";

const permissions = "none";
const anyPlaces = fc.array(fc.nat());

Deno.test("ChunkDecoder gives the sender's messages however the bytes are cut", {
  permissions,
}, () => {
  fc.assert(
    fc.property(anySender, anyPlaces, (sender, places) => {
      const bytes = Uint8Array.from(sender.bytes);
      for (const parts of [[bytes], byteByByte(bytes), cutAt(bytes, places)]) {
        const { messages, error, chunks, counts } = decodeParts(parts);
        assertEquals(error, undefined);
        assertEquals(messages, sender.messages);
        assertEquals(chunks.length, sender.chunks);
        assertEquals(
          [counts.bytes, counts.chunks, counts.messages],
          [bytes.length, sender.chunks, sender.messages.length],
        );
        assertEquals(counts.discarded["aborted-message"] ?? 0, sender.aborted);
        assertEquals(counts.discarded["incomplete-message"] ?? 0, sender.unfinished);
        assertEquals(counts.discarded["incomplete-chunk"] ?? 0, 0);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("RtmpChunkDecoderStream and RtmpMessageDecoderStream give the sender's messages", {
  permissions,
}, async () => {
  await fc.assert(
    fc.asyncProperty(anySender, anyPlaces, async (sender, places) => {
      const counts = new ReceivedCounts();
      const parts = cutAt(Uint8Array.from(sender.bytes), places);
      const { items, error } = await decodeStreams(parts, { counts });
      assertEquals(error, undefined);
      assertEquals(items, sender.messages);
      assertEquals([counts.chunks, counts.messages], [sender.chunks, sender.messages.length]);
      assertEquals(counts.discarded["incomplete-message"] ?? 0, sender.unfinished);
    }),
    { numRuns: 60 },
  );
});

Deno.test("ChunkDecoder gives every message before a broken chunk, and says where that is", {
  permissions,
}, async () => {
  await fc.assert(
    fc.asyncProperty(anySender, anyPlaces, async (sender, places) => {
      // Type 3 on the one chunk stream that the senders never use.
      const bytes = Uint8Array.of(...sender.bytes, 0xc2, 1, 2, 3);
      bytes[sender.bytes.length] = 0xc0;
      bytes[sender.bytes.length + 1] = 255;
      fc.pre(!sender.messages.some((message) => message.chunkStreamId === 319));
      fc.pre(sender.unfinished === 0);
      const expected =
        `Cannot read a chunk header: read type 3 as the first of its chunk stream, ` +
        `expected type 0 or 1 (at byte ${sender.bytes.length}, on chunk stream 319)`;
      for (const parts of [[bytes], byteByByte(bytes), cutAt(bytes, places)]) {
        const { messages, error, counts } = decodeParts(parts);
        assertEquals(messages, sender.messages);
        assertInstanceOf(error, RtmpChunkError);
        assertEquals(error.message, expected);
        assertEquals(error.byteOffset, sender.bytes.length);
        assertEquals(counts.discarded["incomplete-chunk"], undefined);
      }
      const { items, error } = await decodeStreams(cutAt(bytes, places));
      assertEquals(items, sender.messages);
      assertInstanceOf(error, RtmpChunkError);
    }),
    { numRuns: 100 },
  );
});
