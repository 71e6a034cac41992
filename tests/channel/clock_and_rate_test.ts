import { assertEquals } from "@std/assert";
import { TimestampRebaser } from "../../src/channel/timestamp_rebaser.ts";
import { RateMeter } from "../../src/channel/rate_meter.ts";
import { TestClock } from "../support/clock.ts";

Deno.test("TimestampRebaser leaves the times of the first publication alone, jumps too", () => {
  const clock = new TimestampRebaser();
  const times = [0, 3_600_000, 3_600_040, 5, 2 ** 32 + 7];
  assertEquals(times.map((time) => clock.rebase(time, "videoFrames")), times);
});

Deno.test("TimestampRebaser goes on as much later as the next publication came", () => {
  const now = new TestClock();
  const clock = new TimestampRebaser(now);
  clock.rebase(90_000, "videoFrames");
  clock.restart();
  assertEquals(clock.rebase(0, "otherTags"), 90_000);
  now.advance(2_000);
  assertEquals(clock.rebase(7_000, "audioFrames"), 92_000);
  assertEquals(clock.rebase(7_023, "audioFrames"), 92_023);
  assertEquals(clock.rebase(7_010, "scriptTags"), 92_010);
});

Deno.test("TimestampRebaser begins with the second publication if the first had no frame", () => {
  const clock = new TimestampRebaser();
  clock.rebase(0, "otherTags");
  clock.restart();
  assertEquals(clock.rebase(5_000, "videoFrames"), 5_000);
});

Deno.test("RateMeter measures bits and frames over the last seconds, and forgets them", () => {
  const now = new TestClock();
  const meter = new RateMeter(now);
  for (let second = 0; second < 8; second++) {
    for (let frame = 0; frame < 25; frame++) meter.add(1000, true);
    meter.add(500, false);
    now.advance(1000);
  }
  // The last five seconds, and nothing yet of the one that begins.
  assertEquals([meter.bitrate, meter.frameRate], [204_000, 25]);
  now.advance(2_500);
  assertEquals([meter.bitrate, meter.frameRate], [Math.round(3 * 204_000 / 5.5), 13.6]);
  now.advance(10_000);
  assertEquals([meter.bitrate, meter.frameRate], [0, 0]);
});
