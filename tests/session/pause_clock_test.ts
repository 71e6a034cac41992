import { assertEquals, assertStrictEquals } from "@std/assert";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { PauseClock } from "../../src/session/server/pause_clock.ts";

function tag(timestamp: number, type: FlvTag["type"] = "video"): FlvTag {
  return { type, timestamp, data: Uint8Array.of(1) };
}

/** Tags, and `null` where the player goes on after a pause; returns the times it is given. */
function times(tags: (FlvTag | null)[]): number[] {
  const clock = new PauseClock();
  const given: number[] = [];
  for (const one of tags) {
    if (one) given.push(clock.move(one).timestamp);
    else clock.resume();
  }
  return given;
}

Deno.test("PauseClock passes tags on as they are before there is a pause", () => {
  const clock = new PauseClock();
  const first = tag(5000);
  assertStrictEquals(clock.move(first), first);
  assertEquals(times([tag(0), tag(40), tag(9000), tag(20, "audio")]), [0, 40, 9000, 20]);
});

Deno.test("PauseClock leaves out what was missed in a pause, and in the next one", () => {
  const tags = [tag(0), tag(40), null, tag(20_000), tag(20_040), null, tag(60_000), tag(60_030)];
  assertEquals(times(tags), [0, 40, 80, 120, 160, 190]);
});

Deno.test("PauseClock keeps audio and video together", () => {
  const tags = [tag(1000), tag(1030, "audio"), null, tag(9000), tag(8990, "audio"), tag(9040)];
  assertEquals(times(tags), [1000, 1030, 1070, 1060, 1110]);
});

Deno.test("PauseClock lets metadata stand at 0, and moves other script data", () => {
  const tags = [
    tag(1000),
    null,
    tag(0, "script"),
    tag(9000),
    tag(0, "script"),
    tag(9020, "script"),
  ];
  assertEquals(times(tags), [1000, 0, 1040, 0, 1060]);
});

Deno.test("PauseClock moves nothing forward, nor back by less than a frame", () => {
  assertEquals(times([tag(1000), null, tag(1010)]), [1000, 1010]);
  // Another publisher has begun at 0.
  assertEquals(times([tag(1000), null, tag(0), tag(40)]), [1000, 0, 40]);
});

Deno.test("PauseClock begins where the player begins, if it paused before the first frame", () => {
  assertEquals(times([null, tag(9000), tag(9040)]), [9000, 9040]);
});
