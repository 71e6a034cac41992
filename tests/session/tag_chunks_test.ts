import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { TagChunks } from "../../src/session/server/tag_chunks.ts";
import { filled } from "../support/bytes.ts";
import { decodeParts } from "../support/decode.ts";

Deno.test("TagChunks writes each kind on a chunk stream of its own, with a whole header", () => {
  const chunks = new TagChunks(1000);
  for (
    const [type, typeId, chunkStreamId] of [["audio", 8, 6], ["video", 9, 7], [
      "script",
      18,
      8,
    ]] as const
  ) {
    for (const messageStreamId of [1, 2, 70_000]) {
      const data = filled(2500);
      const timestamp = 0x1000000;
      const bytes = chunks.of({ type, timestamp, data }, messageStreamId);
      const decoded = decodeParts([bytes], { chunkSize: 1000 });
      assertEquals(decoded.messages, [
        { chunkStreamId, messageStreamId, typeId, timestamp, payload: data },
      ]);
      assertEquals(decoded.chunks.map(({ format }) => format), [0, 3, 3]);
    }
  }
});

Deno.test("TagChunks cuts a tag once for all whose message stream is the first", () => {
  const chunks = new TagChunks(4096);
  const tag = { type: "video", timestamp: 0, data: filled(100) } as const;
  assertStrictEquals(chunks.of(tag, 1), chunks.of(tag, 1));
  assert(chunks.of(tag, 1) !== chunks.of({ ...tag }, 1));
  assert(chunks.of(tag, 2) !== chunks.of(tag, 1));
});

for (const time of [0, 0xffffff, 2 ** 31, 2 ** 32, 2 ** 32 + 7, 2 ** 40 + 3, -40]) {
  Deno.test(`TagChunks writes the low 32 bits of ${time}`, () => {
    const bytes = new TagChunks(4096).of({ type: "video", timestamp: time, data: filled(9) }, 1);
    const { messages } = decodeParts([bytes], { chunkSize: 4096 });
    assertEquals(messages.map(({ timestamp }) => timestamp), [
      Number(BigInt.asUintN(32, BigInt(time))),
    ]);
  });
}
