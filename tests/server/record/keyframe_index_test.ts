import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { KeyframeIndex, MAX_KEYFRAMES } from "../../../src/server/record/keyframe_index.ts";
import { RecordingMetadata } from "../../../src/server/record/recording_metadata.ts";

/** An index of so many keyframes, one every two seconds and every 1000 bytes. */
function indexOf(keyframes: number): KeyframeIndex {
  const index = new KeyframeIndex();
  for (let i = 0; i < keyframes; i++) index.add(i * 2000, i * 1000);
  return index;
}

Deno.test("KeyframeIndex keeps all keyframes that it has room for", () => {
  const { times, filepositions } = indexOf(MAX_KEYFRAMES).table;
  assertEquals(times, Array.from({ length: MAX_KEYFRAMES }, (_, i) => 2 * i));
  assertEquals(filepositions, Array.from({ length: MAX_KEYFRAMES }, (_, i) => 1000 * i));
});

Deno.test("KeyframeIndex is thinned out evenly when there are more", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: MAX_KEYFRAMES + 1, max: 40 * MAX_KEYFRAMES }),
      (keyframes) => {
        const { times, filepositions } = indexOf(keyframes).table;
        const step = times[1]! / 2;
        assert(times.length > MAX_KEYFRAMES / 2 && times.length <= MAX_KEYFRAMES);
        assertEquals(times, Array.from(times, (_, i) => 2 * step * i));
        assertEquals(filepositions, Array.from(times, (_, i) => 1000 * step * i));
        assert(times.at(-1)! / 2 + step >= keyframes, "the end is in it");
      },
    ),
    { numRuns: 20 },
  );
});

Deno.test("RecordingMetadata has the same length whatever is in the index", () => {
  const metadata = new RecordingMetadata({ encoder: "test", width: 1920 });
  const { length } = metadata.encode();
  for (const keyframes of [0, 1, 2, MAX_KEYFRAMES - 1, MAX_KEYFRAMES, 3 * MAX_KEYFRAMES]) {
    const facts = { duration: 5, lasttimestamp: 5, filesize: 1e12 };
    const data = metadata.encode({ ...facts, keyframes: indexOf(keyframes).table });
    assertEquals(data.length, length, `${keyframes} keyframes`);
  }
});
