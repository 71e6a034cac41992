/**
 * Waits in a process that stands still: they begin again when it wakes.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { RtmpTimeoutError } from "../../src/errors.ts";
import { atIntervals } from "../../src/time/at_intervals.ts";
import { withDeadline } from "../../src/time/deadline.ts";
import { after, whileActive } from "../../src/time/idle.ts";
import { STANDSTILLS, waitedSince } from "../../src/time/standstill.ts";
import { clockAhead, standStill, TestClock } from "../support/clock.ts";
import { until } from "../support/wait.ts";

/** Milliseconds for which a process is busy, so that it stands still. */
const BUSY = 1_500;

/** Blocks the event loop. Returns when it continues. */
function beBusy(): number {
  const since = performance.now();
  while (performance.now() - since < BUSY);
  return performance.now();
}

Deno.test("waitedSince() counts from when the process woke, whichever code runs first", async () => {
  const unwatch = STANDSTILLS.watch();
  const since = performance.now();
  const woke = beBusy();
  assert(waitedSince(since) < BUSY, "before the heart has beaten");
  const checks: number[] = [];
  const stop = atIntervals(500, () => checks.push(waitedSince(since), performance.now() - woke));
  await until("a check", () => checks.length > 0);
  stop();
  unwatch();
  const [waited, passed] = checks as [number, number];
  assert(waited <= passed + 1, `${waited} ms of ${passed} since it woke`);
});

Deno.test("waitedSince() counts a wait that began after the standstill in full", () => {
  const unwatch = STANDSTILLS.watch();
  standStill(60_000);
  assert(waitedSince(performance.now() - 60_000) < 1_000);
  // The first of these has noticed it.
  STANDSTILLS.beat();
  using _ = clockAhead(60_000);
  assert(waitedSince(performance.now() - 50_000) >= 50_000);
  unwatch();
});

Deno.test("waitedSince() does not take it for a standstill that nothing has watched", () => {
  const since = performance.now();
  standStill(60_000);
  assert(waitedSince(since) >= 60_000);
  const unwatch = STANDSTILLS.watch();
  assert(waitedSince(since) >= 60_000);
  unwatch();
});

Deno.test("waitedSince() by a clock of the caller's knows of no standstill", () => {
  const unwatch = STANDSTILLS.watch();
  const clock = new TestClock();
  const since = clock.now();
  standStill(60_000);
  clock.advance(7_000);
  assertEquals(waitedSince(since, clock), 7_000);
  unwatch();
});

Deno.test("a standstill is noticed by the system's clock where the other stops as well", () => {
  standStill(5_000);
  const since = performance.now() - 4_000;
  const unwatch = STANDSTILLS.watch();
  assert(waitedSince(since) >= 4_000);
  const { now } = Date;
  Date.now = () => now() + 60_000;
  STANDSTILLS.beat();
  Date.now = now;
  assert(waitedSince(since) < 1_000);
  unwatch();
});

Deno.test("a timer whose time passed in a standstill begins again", async () => {
  const called: number[] = [];
  const stops = [200, 1_000].map((milliseconds) =>
    after(milliseconds, () => called.push(performance.now() - woke))
  );
  const rejected: Promise<void> = assertRejects(
    () => withDeadline("wait", new Promise(() => {}), { timeout: 300 }),
    RtmpTimeoutError,
  ).then(() => void called.push(performance.now() - woke));
  const since = performance.now();
  const idle = whileActive(new Promise(() => {}), 400, () => waitedSince(since))
    .then(() => void called.push(performance.now() - woke));
  const woke = beBusy();
  await until("all timers", () => called.length === 4);
  await Promise.all([rejected, idle]);
  const [first, second, third, fourth] = called.map(Math.ceil) as [number, number, number, number];
  assert(first >= 200 && second >= 300 && third >= 400 && fourth >= 1_000, `${called}`);
  for (const stop of stops) stop();
});

Deno.test("a timer that is stopped does not call back", async () => {
  let called = false;
  after(1, () => called = true)();
  await new Promise<void>((resolve) => after(50, resolve));
  assertEquals(called, false);
});
