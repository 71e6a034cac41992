import { assertEquals } from "@std/assert";
import type { RtmpChunk } from "../../src/chunk/chunk.ts";
import { ReceivedCounts } from "../../src/ledger/received_counts.ts";
import { MessageDecoder } from "../../src/message/message_decoder.ts";
import { RtmpMessageDecoderStream } from "../../src/message/message_decoder_stream.ts";
import { filled, hex } from "../support/bytes.ts";
import { readAll, turns } from "../support/streams.ts";

/** A chunk of a message of chunk stream 4, from `offset` to `end` of its payload. */
function chunk(payload: Uint8Array, offset: number, end: number, id = 4): RtmpChunk {
  return {
    format: offset === 0 ? 0 : 3,
    chunkStreamId: id,
    messageStreamId: 1,
    typeId: 9,
    timestamp: 40,
    length: payload.length,
    offset,
    payload: payload.subarray(offset, end),
  };
}

function abort(chunkStreamId: string): RtmpChunk {
  return { ...chunk(hex(chunkStreamId), 0, 4, 2), typeId: 2, messageStreamId: 0 };
}

Deno.test("MessageDecoder.decode() puts the chunks of a message together", () => {
  const decoder = new MessageDecoder();
  const payload = filled(300);
  assertEquals(decoder.decode(chunk(payload, 0, 128)), undefined);
  assertEquals(decoder.decode(chunk(payload, 128, 256)), undefined);
  assertEquals(decoder.decode(chunk(payload, 256, 300)), {
    chunkStreamId: 4,
    messageStreamId: 1,
    typeId: 9,
    timestamp: 40,
    payload,
  });
});

Deno.test("MessageDecoder.decode() keeps messages of different chunk streams apart", () => {
  const decoder = new MessageDecoder();
  const payloads = [filled(200, 1), filled(200, 2), filled(200, 3)];
  payloads.forEach((payload, i) => decoder.decode(chunk(payload, 0, 128, 64 + i)));
  for (const i of [2, 0, 1]) {
    const message = decoder.decode(chunk(payloads[i]!, 128, 200, 64 + i));
    assertEquals(message?.payload, payloads[i]);
    assertEquals(message?.chunkStreamId, 64 + i);
  }
});

Deno.test("MessageDecoder.decode() gives an empty message at once", () => {
  assertEquals(new MessageDecoder().decode(chunk(filled(0), 0, 0))?.payload, filled(0));
});

Deno.test("MessageDecoder.decode() drops what an Abort takes back, and counts it", () => {
  const counts = new ReceivedCounts();
  const decoder = new MessageDecoder({ counts });
  const [first, second] = [filled(200, 1), filled(200, 2)];
  decoder.decode(chunk(first, 0, 128));
  decoder.decode(chunk(first, 0, 128, 5));
  assertEquals(decoder.decode(abort("00000004"))?.typeId, 2);
  decoder.decode(abort("00000004"));
  decoder.decode(abort("00000099"));
  assertEquals(counts.discarded, { "aborted-message": 1 });

  decoder.decode(chunk(second, 0, 128));
  assertEquals(decoder.decode(chunk(second, 128, 200))?.payload, second);
  assertEquals(decoder.decode(chunk(first, 128, 200, 5))?.payload, first);
  assertEquals(counts.messages, 5);
  decoder.end();
  assertEquals(counts.discarded, { "aborted-message": 1 });
});

Deno.test("MessageDecoder.end() counts what is unfinished, once", () => {
  const counts = new ReceivedCounts();
  const decoder = new MessageDecoder({ counts });
  decoder.decode(chunk(filled(200), 0, 128, 4));
  decoder.decode(chunk(filled(200), 0, 128, 5));
  decoder.end();
  decoder.end();
  assertEquals(counts.discarded, { "incomplete-message": 2 });
});

Deno.test("RtmpMessageDecoderStream counts what is unfinished however it ends", async () => {
  const endings: ((writer: WritableStreamDefaultWriter, reader: ReadableStream) => unknown)[] = [
    (writer) => writer.close(),
    (writer) => writer.abort(new Error("gone")),
    (_, readable) => readable.cancel(),
  ];
  for (const end of endings) {
    const counts = new ReceivedCounts();
    const stage = new RtmpMessageDecoderStream({ counts });
    const writer = stage.writable.getWriter();
    writer.closed.catch(() => {});
    const reader = stage.readable.getReader();
    const read = reader.read();
    await writer.write([chunk(filled(1), 0, 1), chunk(filled(200), 0, 128)]);
    assertEquals((await read).value?.payload, filled(1));
    reader.releaseLock();
    await end(writer, stage.readable);
    await turns();
    assertEquals(counts.discarded, { "incomplete-message": 1 });
    assertEquals(counts.messages, 1);
  }
});

Deno.test("RtmpMessageDecoderStream gives all messages of an array, however slow the reader", async () => {
  const chunks = Array.from({ length: 30 }, (_, i) => chunk(filled(3, i), 0, 3));
  const { items, error } = await readAll(
    ReadableStream.from([chunks.slice(0, 20), [], chunks.slice(20)])
      .pipeThrough(new RtmpMessageDecoderStream()),
    () => turns(1),
  );
  assertEquals(error, undefined);
  assertEquals(items.map(({ payload }) => payload), chunks.map(({ payload }) => payload));
});
