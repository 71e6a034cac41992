import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { RtmpChunkDecoderStream } from "../../src/chunk/chunk_decoder_stream.ts";
import { RtmpMessageError } from "../../src/errors.ts";
import type { RtmpMessage } from "../../src/message/message.ts";
import { RtmpMessageDecoderStream } from "../../src/message/message_decoder_stream.ts";
import { RtmpMessageEncoderStream } from "../../src/message/message_encoder_stream.ts";
import { filled, hex } from "../support/bytes.ts";
import { readAll, turns } from "../support/streams.ts";

function message(timestamp: number, length = 200): RtmpMessage {
  const payload = filled(length, timestamp);
  return { chunkStreamId: 4, messageStreamId: 1, typeId: 9, timestamp, payload };
}

Deno.test("RtmpMessageEncoderStream gives one array of bytes a message", async () => {
  const messages = [message(0), message(40), message(80, 0)];
  const { items } = await readAll(
    ReadableStream.from(messages).pipeThrough(new RtmpMessageEncoderStream({ chunkSize: 4096 })),
  );
  const expected = [
    concat([hex("04 000000 0000c8 09 01000000"), filled(200, 0)]),
    concat([hex("84 000028"), filled(200, 40)]),
    hex("44 000028 000000 09"),
  ];
  assertEquals(items, expected);
});

Deno.test("RtmpMessageEncoderStream starts with chunks of 128 bytes", async () => {
  const { items } = await readAll(
    ReadableStream.from([message(0, 129)]).pipeThrough(new RtmpMessageEncoderStream()),
  );
  assertEquals(items.map(({ length }) => length), [12 + 128 + 1 + 1]);
});

Deno.test("RtmpMessageEncoderStream and the decoders pass messages on as they are", async () => {
  const messages = Array.from({ length: 50 }, (_, i) => message(i * 40, i * 20));
  const { items, error } = await readAll(
    ReadableStream.from(messages)
      .pipeThrough(new RtmpMessageEncoderStream())
      .pipeThrough(new RtmpChunkDecoderStream())
      .pipeThrough(new RtmpMessageDecoderStream()),
  );
  assertEquals(error, undefined);
  assertEquals(items, messages);
});

Deno.test("RtmpMessageEncoderStream gives all bytes before a message that it refuses", async () => {
  const messages = [message(0), message(40), { ...message(80), chunkStreamId: 1 }, message(120)];
  const { items, error } = await readAll(
    ReadableStream.from(messages)
      .pipeThrough(new RtmpMessageEncoderStream())
      .pipeThrough(new RtmpChunkDecoderStream())
      .pipeThrough(new RtmpMessageDecoderStream()),
    () => turns(1),
  );
  assertEquals(items, messages.slice(0, 2));
  assert(error instanceof RtmpMessageError);
});
