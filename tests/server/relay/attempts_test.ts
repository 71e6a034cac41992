import { assert, assertEquals } from "@std/assert";
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

Deno.test("a relay says once what only an operator can mend, and tries again once a minute", () => {
  const attempts = new Attempts();
  const refused = new Error("refused");
  const forbidden = new Deno.errors.NotCapable("without --allow-net");
  const isNews = (error: Error) => attempts.isNews(error, error.message);
  assertEquals(attempts.failed(forbidden), 60_000);
  assertEquals([forbidden, forbidden, refused, refused, forbidden].map(isNews), [
    ...[true, false, true, true, true],
  ]);
});
