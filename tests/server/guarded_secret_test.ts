/**
 * Wrong guesses lock the right secret out nowhere.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { GuardedSecret } from "../../src/server/auth/guarded_secret.ts";
import { startApiApp } from "../support/api.ts";
import { TestClock } from "../support/clock.ts";
import { RawClient } from "../support/raw_client.ts";
import { until } from "../support/wait.ts";

const LONG = "0123456789abcdef";
const SHORT = LONG.slice(1);

/** Shows as many wrong secrets as it takes to have to wait, from a hundred addresses. */
function guess(secret: GuardedSecret, address: string): void {
  for (let i = 0; i < 10; i++) assertEquals(secret.check(address, `wrong ${i}`), 0);
  for (let i = 0; i < 100; i++) secret.check(`10.1.0.${i}:1`, "wrong");
}

Deno.test("a long secret is right at any time, whatever its address and others have guessed", () => {
  const secret = new GuardedSecret(LONG, new TestClock());
  guess(secret, "10.0.0.1:1");
  assertEquals(secret.check("10.0.0.1:2", LONG), true);
  assertEquals(secret.check("10.0.0.1:2", "wrong"), 1);
  assertEquals(secret.check("10.0.0.2:1", LONG), true);
});

Deno.test("a short one has to wait, but not from an address that has shown it before", () => {
  const clock = new TestClock();
  const secret = new GuardedSecret(SHORT, clock);
  assertEquals(secret.check("10.0.0.2:1", SHORT), true);
  guess(secret, "10.0.0.1:1");
  assertEquals(secret.check("10.0.0.1:2", SHORT), 1, "its own guesses");
  assertEquals(secret.check("10.0.0.3:1", SHORT), 1, "those of all");
  assertEquals(secret.check("10.0.0.2:2", SHORT), true);
  clock.advance(1_000);
  assertEquals(secret.check("10.0.0.3:1", SHORT), true);
});

Deno.test("the right token and the right key work while others guess from the same address", async () => {
  await using api = await startApiApp("--api-token", LONG, "--stream-key", `${LONG}/+`);
  const token = (token: string) =>
    api.call("DELETE", "pushes/none", undefined, { authorization: `Bearer ${token}` });
  // On a slow machine a guess takes as long as it takes to have another one.
  let guesses = 0;
  await until("a guess to have to wait", async () => {
    const { status } = await token(`wrong ${guesses++}`);
    if (status !== 429) assertEquals(status, 401);
    return status === 429;
  });
  assert(guesses > 10, `${guesses} guesses`);
  for (let i = 0; i < 30; i++) {
    using guesser = await RawClient.open(api.port);
    guesser.askToPublish(`demo?key=wrong${i}`);
    await guesser.status("NetStream.Publish.Denied");
  }
  assertEquals((await token(LONG)).status, 404);
  using publisher = await RawClient.publish(api.port, `demo?key=${LONG}/+`);
  publisher.command("FCUnpublish", 4, null, "demo");
  await publisher.status("NetStream.Unpublish.Success");
});
