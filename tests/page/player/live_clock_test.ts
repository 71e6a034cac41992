/**
 * Times of encoders that jump.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { LiveClock } from "../../../src/server/page/player/live_clock.js";

const HOUR = 3_600_000;

/** Frames of both kinds, 40 and 20 ms apart, as an encoder that began at a time sends them. */
function send(clock: LiveClock, from: number, frames: number): number[][] {
  return Array.from({ length: frames }, (_, i) => {
    const time = from + 40 * i;
    return [
      clock.continue("video", time),
      clock.continue("audio", time + 5),
      clock.continue("audio", time + 25),
    ];
  });
}

/** Both kinds go on where they were, as far apart as they were, and in steps of no other length. */
function assertGoesOn(before: number[][], after: number[][]): void {
  const [video = 0, audio = 0] = before.at(-1)!;
  const steps = after.map(([v = 0, a = 0], i) => [v - video - 40 * i, a - audio - 40 * i]);
  for (const [v = 0, a = 0] of steps) {
    assert(Math.abs(v - 40) <= 40 && Math.abs(a - v) <= 25, JSON.stringify(steps));
  }
}

Deno.test("LiveClock begins at 0 and gives the distances that the encoder gives", () => {
  const clock = new LiveClock();
  assertEquals(send(clock, 7 * HOUR, 2), [[0, 5, 25], [40, 45, 65]]);
});

for (
  const [what, jump] of [
    ["an hour ahead", HOUR],
    ["five seconds ahead", 5_000],
    ["an hour back", -HOUR],
    ["three seconds back", -3_000],
    ["to 0", -10 * HOUR],
  ] as const
) {
  Deno.test(`LiveClock goes on when times jump ${what}`, () => {
    const clock = new LiveClock();
    const before = send(clock, 10 * HOUR, 50);
    assertGoesOn(before, send(clock, 10 * HOUR + 50 * 40 + jump, 50));
  });
}

Deno.test("LiveClock goes on when one kind jumps before the other", () => {
  const clock = new LiveClock();
  const [[video = 0] = []] = send(clock, 0, 1);
  const jumped = clock.continue("video", HOUR + 40);
  const late = clock.continue("audio", 45);
  const followed = clock.continue("audio", HOUR + 65);
  assertEquals([video, late], [0, 45]);
  assert(jumped > 0 && jumped < 100, String(jumped));
  assertEquals(followed - jumped, 25);
});

Deno.test("LiveClock lets one kind be away while the other goes on", () => {
  const clock = new LiveClock();
  send(clock, 0, 1);
  for (let time = 45; time < 10_000; time += 20) clock.continue("audio", time);
  assertEquals(clock.continue("video", 10_000), 10_000);
});

Deno.test("LiveClock never goes back within a kind", () => {
  const clock = new LiveClock();
  assertEquals([0, 40, 35, 80].map((time) => clock.continue("video", time)), [0, 40, 40, 80]);
});
