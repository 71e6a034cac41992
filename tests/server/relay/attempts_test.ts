import { assert, assertEquals } from "@std/assert";
import { RtmpCommandError } from "../../../src/errors.ts";
import { Attempts } from "../../../src/server/relay/attempts.ts";

Deno.test("a relay waits longer with each failure, up to 30 s, and begins anew once it has held", () => {
  const attempts = new Attempts();
  for (const most of [1, 2, 4, 8, 16, 30, 30]) {
    const wait = attempts.failed(new Error("refused")) / 1000;
    assert(wait >= most / 2 && wait <= most, `${wait} s, at most ${most} s`);
  }
  attempts.held(9_000);
  assertEquals(attempts.failures, 7);
  attempts.held(11_000);
  assertEquals(attempts.failures, 0);
});

Deno.test("a relay that may not connect tries again once a minute", () => {
  const attempts = new Attempts();
  for (let i = 0; i < 3; i++) {
    assertEquals(attempts.failed(new Deno.errors.NotCapable("without --allow-net")), 60_000);
  }
});

Deno.test("a relay in a loop waits for 15 s, then longer up to 5 min, until it has held for a minute", () => {
  const attempts = new Attempts();
  const loop = new RtmpCommandError("no", { statusCode: "NetStream.Publish.Loop" });
  const waits = () => [1, 2, 3, 4, 5, 6].map(() => attempts.failed(loop) / 1000);
  assertEquals(waits(), [15, 30, 60, 120, 240, 300]);
  attempts.held(59_000);
  assertEquals(attempts.failed(loop), 300_000);
  attempts.held(61_000);
  assertEquals(waits(), [15, 30, 60, 120, 240, 300]);
});

for (
  const [what, error] of [
    ["no permission", new Deno.errors.NotCapable("without --allow-net")],
    ["a loop", new RtmpCommandError("no", { statusCode: "NetStream.Publish.Loop" })],
  ] as const
) {
  Deno.test(`a relay says once that there is ${what}`, () => {
    const attempts = new Attempts();
    const refused = new RtmpCommandError("no", { statusCode: "NetStream.Publish.BadName" });
    const isNews = (error: Error) => attempts.isNews(error, error.message);
    assertEquals([error, error, refused, refused, error].map(isNews), [
      ...[true, false, true, true, true],
    ]);
  });
}
