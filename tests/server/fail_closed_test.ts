/**
 * Whatever an application answers that is not what was promised keeps the peer out: the peer is
 * refused in words, the refusal is counted, and the application's `onError` is called.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { ErrorContext, ServeRtmpOptions } from "../../src/serve/serve.ts";
import { RtmpTimeoutError } from "../../src/errors.ts";
import { writeCommand } from "../../src/message/command.ts";
import { collect } from "../support/publications.ts";
import { RawClient, STREAM_ID } from "../support/raw_client.ts";
import { until } from "../support/wait.ts";

/** What an application without types may answer, by mistake. */
const NO_ANSWERS: [what: string, answer: () => unknown][] = [
  ["undefined", () => undefined],
  ["null", () => null],
  ["false", () => false],
  ["0", () => 0],
  ["1", () => 1],
  ["NaN", () => NaN],
  ["1n", () => 1n],
  ['""', () => ""],
  ['"true"', () => "true"],
  ["a symbol", () => Symbol("yes")],
  ["{}", () => ({})],
  ["[]", () => []],
  ["[true]", () => [true]],
  ["new Boolean(true)", () => new Boolean(true)],
  ["a function", () => () => true],
  ["a promise of undefined", () => Promise.resolve(undefined)],
  ["a promise of {}", () => Promise.resolve({})],
  ["a promise of a function", () => Promise.resolve(() => true)],
  ["a thenable of 1", () => ({ then: (resolve: (value: unknown) => void) => resolve(1) })],
  ["{ data } alone", () => ({ data: true })],
  ["a description that is a number", () => ({ description: 5 })],
  ["a description that is an object", () => ({ description: { toString: () => "no" } })],
  ["a code that is a number", () => ({ code: 403, description: "no" })],
  ["a description that throws", () => ({
    get description(): string {
      throw new Error("broken getter");
    },
  })],
  ["a then that throws", () => ({
    get then(): unknown {
      throw new Error("broken getter");
    },
  })],
  ["a thrown error", () => {
    throw new Error("broken");
  }],
  ["a thrown object without a prototype", () => {
    throw Object.create(null);
  }],
  ["a rejection with nothing", () => Promise.reject()],
];

/** What no decision can be. */
const NEVER: [what: string, answer: () => unknown][] = [
  ["a promise that never settles", () => new Promise(() => {})],
  ["a thenable that never calls back", () => ({ then() {} })],
];

interface Failure extends ErrorContext {
  error: unknown;
}

/** Options with an answer for one question, and the errors that they bring. */
function failing(option: string, answer: () => unknown): {
  options: ServeRtmpOptions;
  failures: Failure[];
} {
  const failures: Failure[] = [];
  const onError = (error: unknown, context: ErrorContext) =>
    void failures.push({ error, ...context });
  return { options: { [option]: answer, onError }, failures };
}

for (const [what, answer] of NO_ANSWERS) {
  Deno.test(`authorize: ${what} keeps the publisher out`, async () => {
    const { options, failures } = failing("authorize", answer);
    await using app = collect(options);
    using client = await RawClient.open(app.port);
    client.askToPublish("demo");
    const { level, description } = await client.status("NetStream.Publish.Denied");
    assertEquals([level, description], ["error", "The server could not decide"]);
    await client.closed();
    assertEquals(app.server.ledger.refusals, { "not-authorized": 1 });
    assertEquals(failures.map(({ during, request }) => [during, request?.kind, request?.name]), [
      ["authorize", "publish", "demo"],
    ]);
    assertEquals(app.received, []);
  });

  Deno.test(`authorize: ${what} keeps the player out`, async () => {
    const { options, failures } = failing("authorize", answer);
    const play = () => ({ description: "Nothing that is allowed" });
    await using app = collect({ ...options, play });
    using client = await RawClient.open(app.port);
    askToPlay(client);
    const { level, description } = await client.status("NetStream.Play.Failed");
    assertEquals([level, description], ["error", "The server could not decide"]);
    await client.closed();
    assertEquals(app.server.ledger.refusals, { "not-authorized": 1 });
    assertEquals(failures.map(({ during, request }) => [during, request?.kind]), [
      ["authorize", "play"],
    ]);
  });

  Deno.test(`play: ${what} keeps the player out`, async () => {
    const { options, failures } = failing("play", answer);
    await using app = collect(options);
    using client = await RawClient.open(app.port);
    askToPlay(client);
    const { level, description } = await client.status("NetStream.Play.Failed");
    assertEquals([level, description], ["error", "The server could not decide"]);
    await client.closed();
    assertEquals(app.server.ledger.refusals, { "not-playable": 1 });
    assertEquals(failures.map(({ during, request }) => [during, request?.kind]), [
      ["play", "play"],
    ]);
  });
}

for (const [what, answer] of NO_ANSWERS) {
  // A text is a password, and undefined is what a user has who is not known.
  if (['""', '"true"', "undefined", "a promise of undefined"].includes(what)) continue;
  Deno.test(`password: ${what} keeps everybody out`, async () => {
    const { options, failures } = failing("password", answer);
    await using app = collect(options);
    using client = await RawClient.connect(app.port);
    await client.handshake();
    const query = "authmod=adobe&user=joe&challenge=1&response=2&opaque=3";
    client.command("connect", 1, { app: `live?${query}` });
    assertEquals((await rejection(client)).description, "The server could not decide");
    await client.closed();
    assertEquals(app.server.ledger.refusals, { "not-authorized": 1 });
    assertEquals(failures.map(({ during }) => during), ["password"]);
  });
}

Deno.test("password: a user who is not known is refused, counted, and no error", async () => {
  const { options, failures } = failing("password", () => undefined);
  await using app = collect(options);
  using client = await RawClient.connect(app.port);
  await client.handshake();
  client.command("connect", 1, { app: "live?authmod=adobe&user=joe&challenge=1&response=2" });
  assert((await rejection(client)).description.includes("authfailed"));
  assertEquals(app.server.ledger.refusals, { "not-authorized": 1 });
  assertEquals(failures, []);
});

for (const [what, answer] of NO_ANSWERS) {
  if (what === "false") continue;
  Deno.test(`takeOver: ${what} leaves the name with its holder`, async () => {
    const { options, failures } = failing("takeOver", answer);
    await using app = collect(options);
    using holder = await RawClient.publish(app.port, "demo?key=same");
    using newcomer = await RawClient.open(app.port);
    newcomer.askToPublish("demo?key=same");
    await newcomer.status("NetStream.Publish.BadName");
    await newcomer.closed();
    assert(!holder.ended);
    assertEquals(app.server.ledger.refusals, { "name-taken": 1 });
    const { publication } = await app.publication(0);
    await until("the error", () => failures.length > 0);
    for (const failure of failures) {
      assertEquals([failure.during, failure.request?.name], ["takeOver", "demo"]);
      assertEquals(failure.publication, publication);
    }
  });
}

for (const option of ["authorize", "play", "password"] as const) {
  for (const [what, answer] of NEVER) {
    Deno.test(`${option}: ${what} keeps the peer out when its time is over`, async () => {
      const { options, failures } = failing(option, answer);
      await using app = collect({ ...options, authorizeTimeout: 20 });
      using client = await RawClient.connect(app.port);
      await client.handshake();
      const query = "authmod=adobe&user=joe&challenge=1&response=2";
      client.command("connect", 1, { app: option === "password" ? `live?${query}` : "live" });
      if (option === "authorize") client.askToPublish("demo");
      if (option === "play") askToPlay(client);
      await client.closed();
      const heard = option === "password"
        ? await rejection(client)
        : client.statuses.find(({ level }) => level === "error");
      assertEquals(heard?.description, "The server could not decide in time");
      assertEquals(app.server.ledger.refused, 1);
      assertEquals(failures.map(({ during }) => during), [option]);
      assert(failures[0]!.error instanceof RtmpTimeoutError);
    });
  }
}

Deno.test("authorize: an error after the timeout is not lost", async () => {
  const gate = Promise.withResolvers<true>();
  const { options, failures } = failing("authorize", () => gate.promise);
  await using app = collect({ ...options, authorizeTimeout: 20 });
  using client = await RawClient.open(app.port);
  client.askToPublish("demo");
  await client.closed();
  const error = new Error("the database is down");
  gate.reject(error);
  await until("the error", () => failures.length === 2);
  assertEquals(failures[1]!.error, error);
});

function askToPlay(client: RawClient): void {
  client.command("createStream", 2, null);
  client.send(writeCommand(STREAM_ID, "play", 3, null, "demo"));
}

/** What the server says to a `connect` that it refuses. */
async function rejection(client: RawClient): Promise<{ code: string; description: string }> {
  const [, , , info] = await until(
    "the answer to connect",
    () => client.commands.find(([name]) => name === "_error"),
  );
  return info as { code: string; description: string };
}
