/**
 * Adobe's authentication from the server's side, with our client's side of it against it.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { answerAdobeRejection } from "../../src/session/adobe_auth.ts";
import { AdobeGate } from "../../src/session/server/adobe_gate.ts";

const gate = () => new AdobeGate((user) => user === "joe" ? "secret" : undefined);

/** Connects as often as the server asks for it, and returns what it said last. */
async function connect(
  gate: AdobeGate,
  user: string,
  password: string,
  hosts = ["a", "a", "a"],
): Promise<string | undefined> {
  let app = "live";
  let description: string | undefined;
  for (const host of hosts) {
    description = (await gate.admit(app, host))?.description;
    if (description === undefined) return undefined;
    const query = answerAdobeRejection(description, { user, password }, "abc123");
    if (query === undefined) return description;
    app = `live?${query}`;
  }
  return description;
}

Deno.test("AdobeGate.admit() accepts a peer that knows the password", async () => {
  assertEquals(await connect(gate(), "joe", "secret"), undefined);
});

Deno.test("AdobeGate.admit() refuses a wrong password and an unknown user alike", async () => {
  assertStringIncludes((await connect(gate(), "joe", "wrong"))!, "reason=authfailed");
  assertStringIncludes((await connect(gate(), "jim", "secret"))!, "reason=authfailed");
});

Deno.test("AdobeGate.admit() accepts a proof only from the address that was challenged", async () => {
  const answer = await connect(gate(), "joe", "secret", ["a", "a", "b"]);
  assertStringIncludes(answer!, "reason=authfailed");
});

Deno.test("AdobeGate.admit() accepts a proof once", async () => {
  const door = gate();
  const first = await door.admit("live?authmod=adobe&user=joe", "a");
  const query = answerAdobeRejection(
    first!.description,
    { user: "joe", password: "secret" },
    "abc123",
  );
  assertEquals(await door.admit(`live?${query}`, "a"), undefined);
  assert(await door.admit(`live?${query}`, "a"));
});

Deno.test("AdobeGate.admit() forgets the oldest of a thousand open challenges", async () => {
  const door = gate();
  const first = await door.admit("live?authmod=adobe&user=joe", "a");
  for (let i = 0; i < 1000; i++) await door.admit("live?authmod=adobe&user=joe", `b${i}`);
  const query = answerAdobeRejection(
    first!.description,
    { user: "joe", password: "secret" },
    "abc123",
  );
  assert(await door.admit(`live?${query}`, "a"));
});
