/**
 * What a stage cannot take is an error that says so, after everything before it.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { RtmpMessageError } from "../../src/errors.ts";
import { FlvMuxerStream } from "../../src/flv/muxer.ts";
import { FlvTagStream } from "../../src/flv/tag_stream.ts";
import { RtmpMessageDecoderStream } from "../../src/message/message_decoder_stream.ts";
import { RtmpMessageEncoderStream } from "../../src/message/message_encoder_stream.ts";
import { OrderedTransformStream } from "../../src/pipeline/ordered_transform_stream.ts";
import type { OrderedTransformer } from "../../src/pipeline/transformer.ts";
import { readAll } from "../support/streams.ts";

const message = {
  chunkStreamId: 4,
  messageStreamId: 1,
  typeId: 8,
  timestamp: 0,
  payload: Uint8Array.of(0xaf, 1),
};
const tag = { type: "audio", timestamp: 0, data: Uint8Array.of(0xaf, 1) };
const chunk = { ...message, format: 0, length: 2, offset: 0 };

interface Row {
  stage: () => TransformStream;
  right: unknown;
  /** How many items make of it. */
  items: number;
  wrong: [input: unknown, words: string][];
}

const NEVER: unknown[] = [null, undefined, 5, "text", 5n, Symbol("item")];

const ROWS: Row[] = [
  {
    stage: () => new RtmpMessageDecoderStream(),
    right: [chunk],
    items: 1,
    wrong: [[chunk, "array"], [new Uint8Array(3), "array"], [[{}], "payload of a chunk"]],
  },
  {
    stage: () => new RtmpMessageEncoderStream(),
    right: message,
    items: 1,
    wrong: [
      [{ ...message, chunkStreamId: 2.5 }, "chunk stream 2.5"],
      [{ ...message, messageStreamId: -1 }, "message stream -1"],
      [{ ...message, messageStreamId: 2 ** 32 }, "message stream 4294967296"],
      [{ ...message, typeId: 256 }, "type 256"],
      [{ ...message, typeId: "8" }, "a value of type string"],
      [{ ...message, timestamp: NaN }, "timestamp NaN"],
      [{ ...message, timestamp: 5n }, "a value of type bigint"],
      [{ ...message, payload: "text" }, "payload of a message"],
    ],
  },
  {
    stage: () => new FlvTagStream(),
    right: message,
    items: 1,
    wrong: [[{ ...message, payload: null }, "payload of a message"]],
  },
  {
    stage: () => new FlvMuxerStream(),
    right: tag,
    items: 2,
    wrong: [
      [{ ...tag, type: "x".repeat(1000) }, "a tag of type xxx"],
      [{ ...tag, timestamp: NaN }, "timestamp NaN"],
      [{ ...tag, timestamp: 5n }, "timestamp a value of type bigint"],
      [{ ...tag, data: "text" }, "data of a tag"],
    ],
  },
];

for (const { stage, right, items, wrong } of ROWS) {
  Deno.test(`${stage().constructor.name} names what it cannot take, after what came before`, async () => {
    for (const [input, words] of [...NEVER.map((never) => [never, ""] as const), ...wrong]) {
      const outcome = await readAll(ReadableStream.from([right, input]).pipeThrough(stage()));
      const { message } = outcome.error as Error;
      assertEquals(outcome.items.length, items, message);
      const { error } = outcome;
      assert(error instanceof TypeError || error instanceof RtmpMessageError, String(error));
      assert(message.startsWith("Cannot ") && message.includes(words), message);
      assert(!message.includes("destructure") && message.length < 200, message);
    }
  });
}

Deno.test("OrderedTransformStream() throws a TypeError without a function to transform by", () => {
  const make = (transformer: unknown) =>
    new OrderedTransformStream(transformer as OrderedTransformer<unknown, unknown>);
  for (const transformer of [null, undefined, 5, () => {}, {}, { transform: "x" }]) {
    assertThrows(() => make(transformer), TypeError, "transform");
  }
});
