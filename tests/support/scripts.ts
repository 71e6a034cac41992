/**
 * Random conversations of a {@linkcode ChunkSender}, for property tests.
 *
 * @module
 */

import fc from "fast-check";
import { ChunkSender, type ExtendedHabit, type Step } from "./chunk_sender.ts";

/** Times that are near what a field can hold, besides all others. */
export const anyTime: fc.Arbitrary<number> = fc.oneof(
  fc.nat(60),
  fc.constantFrom(0xfffffe, 0xffffff, 0x1000000, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff),
  fc.integer({ min: 0, max: 0xffffffff }),
);

/** A chunk stream that no {@linkcode anySender} uses. */
export const UNUSED_CHUNK_STREAM = 318;

/** Chunk stream ids of each of the three forms, the ends of each among them. */
export const anyChunkStreamId: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 3, max: 63 }),
  fc.integer({ min: 64, max: 317 }),
  fc.integer({ min: 320, max: 65599 }),
  fc.constantFrom(3, 63, 64, 319, 320, 65599),
);

/** Message types; those that change the chunk layer are steps of their own. */
export const anyTypeId: fc.Arbitrary<number> = fc.constantFrom(0, 3, 4, 8, 9, 18, 20, 22, 255);

/** Message streams: the usual ones, and all 32 bits. */
export const anyMessageStreamId: fc.Arbitrary<number> = fc.constantFrom(0, 1, 256, 0x80000001);

const anyHabit = fc.constantFrom<ExtendedHabit>("field", "time", "time before", "zeros", "nothing");

const anyLanes = fc.uniqueArray(
  fc.record({ chunkStreamId: anyChunkStreamId, habit: anyHabit }),
  { minLength: 1, maxLength: 4, selector: (lane) => lane.chunkStreamId },
);

const anyChunk = fc.record({
  format: fc.constantFrom<0 | 1 | 2 | 3>(0, 1, 2, 3),
  time: anyTime,
  longTime: fc.boolean(),
  longId: fc.boolean(),
  length: fc.oneof(fc.nat(8), fc.nat(500)),
  typeId: anyTypeId,
  messageStreamId: anyMessageStreamId,
});

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("chunk" as const),
      lane: fc.nat(3),
      chunk: anyChunk,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("set chunk size" as const),
      size: fc.oneof(fc.constantFrom(1, 2, 3, 4, 0x7fffffff), fc.integer({ min: 5, max: 300 })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("abort" as const), lane: fc.nat(3) }) },
);

/** A sender that has said everything it had to say; some leave messages unfinished. */
export const anySender: fc.Arbitrary<ChunkSender> = fc.record({
  lanes: anyLanes,
  steps: fc.array(anyStep, { maxLength: 60, size: "max" }),
  finish: fc.boolean(),
}).map(({ lanes, steps, finish }) => {
  const sender = new ChunkSender(lanes);
  for (const step of steps) sender.run(step);
  if (finish) sender.finish();
  return sender;
});
