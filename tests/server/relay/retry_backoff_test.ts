import { assert, assertEquals } from "@std/assert";
import { RtmpCommandError } from "../../../src/errors.ts";
import { RetryBackoff } from "../../../src/server/relay/retry_backoff.ts";

Deno.test("a relay waits longer with each failure, up to 30 s, and begins anew once it has held", () => {
  const backoff = new RetryBackoff();
  for (const most of [1, 2, 4, 8, 16, 30, 30]) {
    const wait = backoff.recordFailure(new Error("refused")) / 1000;
    assert(wait >= most / 2 && wait <= most, `${wait} s, at most ${most} s`);
  }
  backoff.recordUptime(9_000);
  assertEquals(backoff.failures, 7);
  backoff.recordUptime(11_000);
  assertEquals(backoff.failures, 0);
});

Deno.test("a relay that may not connect tries again once a minute", () => {
  const backoff = new RetryBackoff();
  for (let i = 0; i < 3; i++) {
    assertEquals(backoff.recordFailure(new Deno.errors.NotCapable("without --allow-net")), 60_000);
  }
});

Deno.test("a relay in a loop waits for 15 s, then longer up to 5 min, until it has held for a minute", () => {
  const backoff = new RetryBackoff();
  const loop = new RtmpCommandError("no", { statusCode: "NetStream.Publish.Loop" });
  const waits = () => [1, 2, 3, 4, 5, 6].map(() => backoff.recordFailure(loop) / 1000);
  assertEquals(waits(), [15, 30, 60, 120, 240, 300]);
  backoff.recordUptime(59_000);
  assertEquals(backoff.recordFailure(loop), 300_000);
  backoff.recordUptime(61_000);
  assertEquals(waits(), [15, 30, 60, 120, 240, 300]);
});

for (
  const [what, error] of [
    ["no permission", new Deno.errors.NotCapable("without --allow-net")],
    ["a loop", new RtmpCommandError("no", { statusCode: "NetStream.Publish.Loop" })],
  ] as const
) {
  Deno.test(`a relay says once that there is ${what}`, () => {
    const backoff = new RetryBackoff();
    const refused = new RtmpCommandError("no", { statusCode: "NetStream.Publish.BadName" });
    const shouldWarn = (error: Error) => backoff.shouldWarn(error, error.message);
    assertEquals([error, error, refused, refused, error].map(shouldWarn), [
      ...[true, false, true, true, true],
    ]);
  });
}
