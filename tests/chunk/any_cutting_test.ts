import { assertEquals, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import { RtmpChunkError } from "../../src/errors.ts";
import { ReceivedCounts } from "../../src/ledger/received_counts.ts";
import { byteByByte, cutAt } from "../support/cuts.ts";
import { decodeParts, decodeStreams } from "../support/decode.ts";
import { anySender, UNUSED_CHUNK_STREAM } from "../support/scripts.ts";

const anyPlaces = fc.array(fc.nat(), { maxLength: 40, size: "max" });

Deno.test("ChunkDecoder gives the sender's messages however the bytes are cut", () => {
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

Deno.test("RtmpChunkDecoderStream and RtmpMessageDecoderStream give the sender's messages", async () => {
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

Deno.test("ChunkDecoder gives every message before a broken chunk, and says where that is", async () => {
  await fc.assert(
    fc.asyncProperty(anySender, anyPlaces, async (sender, places) => {
      const at = sender.bytes.length;
      const bytes = Uint8Array.of(...sender.bytes, 0xc0, UNUSED_CHUNK_STREAM - 64, 1, 2, 3);
      const expected = "Cannot read a chunk header: read type 3 at the start of a chunk stream, " +
        `expected type 0 or 1 (at byte ${at}, on chunk stream ${UNUSED_CHUNK_STREAM})`;
      for (const parts of [[bytes], byteByByte(bytes), cutAt(bytes, places)]) {
        const { messages, error, counts } = decodeParts(parts);
        assertEquals(messages, sender.messages);
        assertInstanceOf(error, RtmpChunkError);
        assertEquals(error.message, expected);
        assertEquals(error.byteOffset, at);
        assertEquals(counts.discarded["incomplete-chunk"], undefined);
      }
      const { items, error } = await decodeStreams(cutAt(bytes, places));
      assertEquals(items, sender.messages);
      assertInstanceOf(error, RtmpChunkError);
    }),
    { numRuns: 100 },
  );
});
