import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { TimestampUnwrapper } from "../../src/flv/timestamp_unwrapper.ts";

const TWO_31 = 2 ** 31;
const TWO_32 = 2 ** 32;
const SECOND = 1000;
const MINUTE = 60 * SECOND;

function unwrapAll(times: number[]): number[] {
  const clock = new TimestampUnwrapper();
  return times.map((time) => clock.unwrap(time));
}

Deno.test("TimestampUnwrapper goes on past a wrap", () => {
  assertEquals(unwrapAll([TWO_32 - 20, TWO_32 - 1, 19, 39]), [
    TWO_32 - 20,
    TWO_32 - 1,
    TWO_32 + 19,
    TWO_32 + 39,
  ]);
  assertEquals(unwrapAll([TWO_31 - 20, 13, 46]), [TWO_31 - 20, TWO_31 + 13, TWO_31 + 46]);
});

Deno.test("TimestampUnwrapper goes on past each of several wraps", () => {
  const clock = new TimestampUnwrapper();
  const step = 30 * SECOND;
  for (let lap = 0; lap < 3; lap++) {
    assertEquals(clock.unwrap(TWO_32 - step), lap * TWO_32 + TWO_32 - step);
    assertEquals(clock.unwrap(5), (lap + 1) * TWO_32 + 5);
    assertEquals(clock.unwrap(2 * MINUTE), (lap + 1) * TWO_32 + 2 * MINUTE);
  }
});

Deno.test("TimestampUnwrapper passes 2^31 without a wrap when the times go on", () => {
  const times = [TWO_31 - 40, TWO_31 - 7, TWO_31 + 26, TWO_31 + MINUTE];
  assertEquals(unwrapAll(times), times);
});

Deno.test("TimestampUnwrapper passes other jumps on as they are", () => {
  for (
    const times of [
      [0, 0, 20_000_000, 20_000_033],
      [50_000, 1_000, 60_000],
      [TWO_32 - MINUTE - 1, 0],
      [TWO_32 - 1, MINUTE],
      [TWO_31 - MINUTE - 1, 5],
      [TWO_31, 5],
      [5, TWO_32 - 5],
    ]
  ) {
    assertEquals(unwrapAll(times), times);
  }
});

Deno.test("TimestampUnwrapper lets audio and video cross a wrap one after the other", () => {
  assertEquals(unwrapAll([TWO_32 - 30, 10, TWO_32 - 10, 43, TWO_32 - 1, 20]), [
    TWO_32 - 30,
    TWO_32 + 10,
    TWO_32 - 10,
    TWO_32 + 43,
    TWO_32 - 1,
    TWO_32 + 20,
  ]);
});

Deno.test("TimestampUnwrapper keeps the time of frames when a header comes at 0 shortly before a wrap", () => {
  const frames = [TWO_32 - 1000, TWO_32 - 960, TWO_32 - 920];
  assertEquals(
    unwrapAll([frames[0]!, 0, frames[1]!, 0, frames[2]!, 10]).filter((_, i) => i % 2 === 0),
    frames,
  );
  assertEquals(unwrapAll([frames[0]!, 0, frames[1]!, 10]).at(-1), TWO_32 + 10);
});

Deno.test("TimestampUnwrapper keeps the time of frames past 2^31 when a header came at 0 shortly before", () => {
  const times = [TWO_31 - 1000, 0, TWO_31 - 960, TWO_31 + 5, TWO_31 + 2 * MINUTE];
  assertEquals(
    unwrapAll(times).filter((_, index) => index !== 1),
    times.filter((_, index) => index !== 1),
  );
});

Deno.test("TimestampUnwrapper takes an end of sequence at 0 after a wrap for a jump back", () => {
  assertEquals(unwrapAll([TWO_32 - 10, 90_000, 0, 90_040]), [TWO_32 - 10, 90_000, 0, 90_040]);
  assertEquals(unwrapAll([TWO_32 - 10, 10, 90_000, 0, 90_040]).slice(2), [
    TWO_32 + 90_000,
    TWO_32,
    TWO_32 + 90_040,
  ]);
});

Deno.test("TimestampUnwrapper keeps what is written in 32 bits", () => {
  const wireTime = fc.oneof(
    fc.integer({ min: 0, max: TWO_32 - 1 }),
    fc.integer({ min: 0, max: 2 * MINUTE }),
    fc.integer({ min: TWO_32 - 2 * MINUTE, max: TWO_32 - 1 }),
  );
  fc.assert(fc.property(fc.array(wireTime), (times) => {
    const written = unwrapAll(times).map((time) => time % TWO_31);
    assertEquals(written, times.map((time) => time % TWO_31));
  }));
});

Deno.test("TimestampUnwrapper follows a source in small steps, whichever wrap it has", () => {
  fc.assert(fc.property(
    fc.constantFrom(TWO_31, TWO_32),
    fc.integer({ min: 0, max: MINUTE }),
    fc.array(fc.integer({ min: 0, max: 10 * SECOND }), { maxLength: 40 }),
    (wrap, before, steps) => {
      let time = wrap - before - 1;
      const times = [time, ...steps.map((step) => time += step)];
      assertEquals(unwrapAll(times.map((time) => time % wrap)), times);
    },
  ));
});
