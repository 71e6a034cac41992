/**
 * Viewers that take nothing: one timer finds all of them.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { StalledViewers } from "../../../src/server/media/stalled_viewers.ts";
import { until } from "../../support/wait.ts";

/** A viewer that has taken nothing for so long. */
function viewer(stalledFor: number) {
  const { promise: done, resolve: leave } = Promise.withResolvers<void>();
  return { stalledFor, done, leave };
}

Deno.test("viewers that have stalled are cut off once, and the others are not", async () => {
  const viewers = new StalledViewers(1_000, 1);
  const cut: string[] = [];
  const [slow, quick, late] = [viewer(1_000), viewer(999), viewer(0)];
  viewers.watch(slow, () => cut.push("slow"));
  viewers.watch(quick, () => cut.push("quick"));
  viewers.watch(late, () => cut.push("late"));
  await until("the slow one to be cut off", () => cut.length === 1);
  late.stalledFor = 2_000;
  await until("the late one to be cut off", () => cut.length === 2);
  assertEquals(cut, ["slow", "late"]);
  // The timer runs until the last of them has left: the test would leak it otherwise.
  quick.leave();
  await quick.done;
});
