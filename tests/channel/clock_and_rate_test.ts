import { assert, assertEquals } from "@std/assert";
import { ContinuedClock } from "../../src/channel/continued_clock.ts";
import { RateMeter } from "../../src/channel/rate_meter.ts";
import { clockAhead } from "../support/clock.ts";

Deno.test("ContinuedClock leaves the times of the first publication alone, jumps too", () => {
  const clock = new ContinuedClock();
  const times = [0, 3_600_000, 3_600_040, 5, 2 ** 32 + 7];
  assertEquals(times.map((time) => clock.time(time, "videoFrames")), times);
});

Deno.test("ContinuedClock goes on as much later as the next publication came", () => {
  const clock = new ContinuedClock();
  clock.time(90_000, "videoFrames");
  clock.restart();
  assertEquals(clock.time(0, "otherTags"), 90_000);
  using _ = clockAhead(2_000);
  const first = clock.time(7_000, "audioFrames");
  assert(first >= 92_000 && first < 150_000, `${first}`);
  assertEquals(clock.time(7_023, "audioFrames"), first + 23);
  assertEquals(clock.time(7_010, "scriptTags"), first + 10);
});

Deno.test("ContinuedClock begins with the second publication if the first had no frame", () => {
  const clock = new ContinuedClock();
  clock.time(0, "otherTags");
  clock.restart();
  assertEquals(clock.time(5_000, "videoFrames"), 5_000);
});

Deno.test("RateMeter measures bits and frames over the last seconds, and forgets them", () => {
  const meter = new RateMeter();
  for (let second = 0; second < 8; second++) {
    using _ = clockAhead(second * 1000);
    for (let frame = 0; frame < 25; frame++) meter.add(1000, true);
    meter.add(500, false);
  }
  {
    using _ = clockAhead(7_999);
    // 5 to 6 seconds of the eight are looked at.
    assert(meter.bitrate > 0.8 * 204_000 && meter.bitrate < 1.3 * 204_000, `${meter.bitrate}`);
    assert(meter.frameRate > 0.8 * 25 && meter.frameRate < 1.3 * 25, `${meter.frameRate}`);
  }
  using _ = clockAhead(20_000);
  assertEquals([meter.bitrate, meter.frameRate], [0, 0]);
});
