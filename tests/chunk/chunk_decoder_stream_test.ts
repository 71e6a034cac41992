import { assert, assertEquals } from "@std/assert";
import { RtmpChunkDecoderStream } from "../../src/chunk/chunk_decoder_stream.ts";
import { RtmpChunkError, RtmpLimitError } from "../../src/errors.ts";
import { ReceivedCounts } from "../../src/ledger/received_counts.ts";
import { RtmpMessageDecoderStream } from "../../src/message/message_decoder_stream.ts";
import { hex } from "../support/bytes.ts";
import { byteByByte } from "../support/cuts.ts";
import { CountingSource, pipeSlowly, readAll, turns } from "../support/streams.ts";

/** A whole audio message of three bytes. */
const MESSAGE = "03 000000 000003 08 00000000 aabbcc ";
/** Type 3 as the first of chunk stream 5. */
const BROKEN = "c5 ffffff";

Deno.test("RtmpChunkDecoderStream gives one array for each read that completes a chunk", async () => {
  const bytes = hex(MESSAGE.repeat(3));
  const { items } = await readAll(
    ReadableStream.from([bytes.slice(0, 31), bytes.slice(31, 40), bytes.slice(40)])
      .pipeThrough(new RtmpChunkDecoderStream()),
  );
  assertEquals(items.map((chunks) => chunks.length), [2, 1]);
});

Deno.test("RtmpChunkDecoderStream gives a hundred messages of one read before what is broken", async () => {
  const bytes = hex(MESSAGE.repeat(100) + BROKEN + MESSAGE);
  const readable = () =>
    new CountingSource([bytes, hex(MESSAGE)]).readable
      .pipeThrough(new RtmpChunkDecoderStream())
      .pipeThrough(new RtmpMessageDecoderStream());
  for (
    const { items, error } of [
      await readAll(readable()),
      await readAll(readable(), () => turns(1)),
      await pipeSlowly(readable()),
      await pipeSlowly(readable(), 16),
    ]
  ) {
    assertEquals(items.length, 100);
    assert(error instanceof RtmpChunkError);
    assertEquals(error.byteOffset, 1500);
    assertEquals(error.chunkStreamId, 5);
  }
});

Deno.test("RtmpChunkDecoderStream gives every message before a connection that is reset", async () => {
  const reset = new Error("connection reset");
  const counts = new ReceivedCounts();
  const half = hex(`04 000000 000100 09 01000000 aa*128 c4 aabb`);
  const source = new CountingSource([hex(MESSAGE), hex(MESSAGE.repeat(10)), half], reset);
  const { items, error } = await readAll(
    source.readable
      .pipeThrough(new RtmpChunkDecoderStream({ counts }))
      .pipeThrough(new RtmpMessageDecoderStream({ counts })),
    () => turns(1),
  );
  assertEquals(items.length, 11);
  assert(error === reset);
  assertEquals(counts.discarded, { "incomplete-chunk": 1, "incomplete-message": 1 });
});

Deno.test("RtmpChunkDecoderStream tells a limit from a broken chunk", async () => {
  const { items, error } = await readAll(
    ReadableStream.from([hex(MESSAGE)]).pipeThrough(
      new RtmpChunkDecoderStream({ maxMessageSize: 2 }),
    ),
  );
  assertEquals(items, []);
  assert(error instanceof RtmpLimitError);
});

Deno.test("RtmpChunkDecoderStream takes input that ends inside a chunk for no error", async () => {
  const bytes = hex(MESSAGE.repeat(2));
  for (let length = 0; length < bytes.length; length++) {
    const counts = new ReceivedCounts();
    const { items, error } = await readAll(
      ReadableStream.from(byteByByte(bytes.subarray(0, length)))
        .pipeThrough(new RtmpChunkDecoderStream({ counts })),
    );
    assertEquals(error, undefined);
    assertEquals(items.length, length < 15 ? 0 : 1);
    assertEquals(counts.discarded["incomplete-chunk"] ?? 0, length % 15 === 0 ? 0 : 1);
  }
});

Deno.test("RtmpChunkDecoderStream stops its source when the reader leaves, and counts what is cut", async () => {
  const counts = new ReceivedCounts();
  const bytes = hex(MESSAGE + "03 000000");
  const source = new CountingSource(Array.from({ length: 10 }, () => bytes));
  const reader = source.readable.pipeThrough(new RtmpChunkDecoderStream({ counts }))
    .pipeThrough(new RtmpMessageDecoderStream({ counts })).getReader();
  await reader.read();
  await reader.cancel("enough");
  await turns();
  assertEquals(source.cancelled, ["enough"]);
  assert(source.pulls <= 3);
  assertEquals(counts.discarded, { "incomplete-chunk": 1 });
});

Deno.test("RtmpChunkDecoderStream does not read on while its reader does not", async () => {
  const source = new CountingSource(Array.from({ length: 1000 }, () => hex(MESSAGE.repeat(10))));
  const reader = source.readable
    .pipeThrough(new RtmpChunkDecoderStream())
    .pipeThrough(new RtmpMessageDecoderStream())
    .getReader();
  await turns();
  for (let read = 1; read <= 50; read++) {
    await reader.read();
    await turns(1);
    const needed = Math.ceil(read / 10);
    assert(source.pulls <= needed + 2, `${source.pulls} pulls where ${needed} were needed`);
  }
  await reader.cancel();
});
