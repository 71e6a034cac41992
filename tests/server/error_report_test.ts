/**
 * What the application's own code throws reaches its developer, and ends nothing else.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import type { PlaySource } from "../../src/session/server/player.ts";
import type { Publication } from "../../src/publication/publication.ts";
import type { ErrorContext, ServeRtmpOptions } from "../../src/serve/serve.ts";
import { writeCommand } from "../../src/message/command.ts";
import { captureConsole } from "../support/console.ts";
import { videoTag } from "../support/media.ts";
import { collect, serveOnLoopback } from "../support/publications.ts";
import { RawClient, STREAM_ID } from "../support/raw_client.ts";
import { until } from "../support/wait.ts";

const FAILURE = new Error("no disk today");

const fail = () => {
  throw FAILURE;
};

interface Reported extends ErrorContext {
  error: unknown;
}

/** Options that keep what `onError` is called with. */
function reporting(options: ServeRtmpOptions): {
  options: ServeRtmpOptions;
  reported: Reported[];
} {
  const reported: Reported[] = [];
  const onError = (error: unknown, context: ErrorContext) =>
    void reported.push({ error, ...context });
  return { options: { ...options, onError }, reported };
}

for (
  const [what, handler] of [["throws", fail], ["rejects", () => Promise.reject(FAILURE)]] as const
) {
  Deno.test(`onError is called with the error that a handler ${what}, and its publication`, async () => {
    const { options, reported } = reporting({});
    let given: Publication | undefined;
    await using server = serveOnLoopback(options, (publication) => {
      given = publication;
      return handler();
    });
    using client = await RawClient.publish(server.addr.port, "demo");
    await client.status("NetStream.Failed");
    await client.closed();
    assertEquals(reported, [{ error: FAILURE, during: "handler", publication: given! }]);
  });
}

/** Something to play that goes on until it is ended. */
function source(changes: Partial<PlaySource> = {}): {
  source: PlaySource;
  controller: ReadableStreamDefaultController;
  cancelled: Promise<void>;
} {
  const { promise: cancelled, resolve } = Promise.withResolvers<void>();
  let controller!: ReadableStreamDefaultController;
  const tags = new ReadableStream({
    start: (made) => void (controller = made),
    cancel: () => resolve(),
  });
  return { source: { tags, pause() {}, receive() {}, ...changes }, controller, cancelled };
}

/** A client that plays `demo`. */
async function play(port: number): Promise<RawClient> {
  const client = await RawClient.open(port);
  client.command("createStream", 2, null);
  client.send(writeCommand(STREAM_ID, "play", 3, null, "demo"));
  await client.status("NetStream.Play.Start");
  return client;
}

Deno.test("onError is called with the error of a source that is played, and the player receives a status", async () => {
  const { source: playing, controller } = source();
  const { options, reported } = reporting({ play: () => playing });
  await using app = collect(options);
  using client = await play(app.port);
  controller.enqueue(videoTag(0));
  controller.error(FAILURE);
  const { level } = await client.status("NetStream.Play.Failed");
  assertEquals(level, "error");
  await client.closed();
  assertEquals(reported.map(({ error, during, request }) => [error, during, request?.name]), [
    [FAILURE, "play", "demo"],
  ]);
});

Deno.test("onError is called for tags that cannot be sent, and their source is cancelled", async () => {
  const { source: playing, controller, cancelled } = source();
  const { options, reported } = reporting({ play: () => playing });
  await using app = collect(options);
  using client = await play(app.port);
  controller.enqueue({ type: "video", timestamp: 0 });
  await client.status("NetStream.Play.Failed");
  await cancelled;
  assert(reported[0]!.error instanceof TypeError);
});

const CONTROLS: [method: "pause" | "receive", command: string][] = [
  ["pause", "pause"],
  ["receive", "receiveAudio"],
  ["receive", "receiveVideo"],
];

for (const [method, command] of CONTROLS) {
  Deno.test(`onError is called when the ${method} of a source throws at ${command}`, async () => {
    const { source: playing, cancelled } = source({ [method]: fail });
    const { options, reported } = reporting({ play: () => playing });
    await using app = collect(options);
    using client = await play(app.port);
    client.send(writeCommand(STREAM_ID, command, 0, null, true));
    await client.status("NetStream.Play.Failed");
    await client.closed();
    await cancelled;
    assertEquals(reported.map(({ error, during }) => [error, during]), [[FAILURE, "play"]]);
  });
}

const PRINTED: [option: "authorize" | "play" | "takeOver", line: RegExp][] = [
  ["authorize", /^authorize for "live\/demo" failed: Error: no disk today/],
  ["play", /^play for "live\/demo" failed: Error: no disk today/],
  ["takeOver", /^takeOver for "live\/demo" failed: Error: no disk today/],
];

for (const [option, line] of PRINTED) {
  Deno.test(`without onError, what ${option} throws is printed`, async () => {
    using printed = captureConsole();
    await using app = collect({ [option]: fail });
    using _holder = option === "takeOver" ? await RawClient.publish(app.port, "demo") : undefined;
    using client = await RawClient.open(app.port);
    client.command("createStream", 2, null);
    client.send(writeCommand(STREAM_ID, option === "play" ? "play" : "publish", 3, null, "demo"));
    await client.closed();
    assertEquals(printed.lines.length, 1);
    assertMatch(printed.lines[0]!, line);
  });
}

Deno.test("without onError, what password throws is printed", async () => {
  using printed = captureConsole();
  await using app = collect({ password: fail });
  using client = await RawClient.connect(app.port);
  await client.handshake();
  client.command("connect", 1, { app: "live?authmod=adobe&user=joe&challenge=1&response=2" });
  await client.closed();
  assertEquals(printed.lines, ["password failed: Error: no disk today"]);
});

Deno.test("without onError, what a handler throws is printed, with its path escaped", async () => {
  using printed = captureConsole();
  await using server = serveOnLoopback({}, fail);
  using client = await RawClient.publish(server.addr.port, `"demo"`);
  await client.closed();
  assertEquals(printed.lines, [
    `The handler of "live/\\"demo\\"" failed: Error: no disk today`,
  ]);
});

const BROKEN: [what: string, onError: () => unknown][] = [
  ["throws", () => {
    throw new Error("broken callback");
  }],
  ["rejects", () => Promise.reject(new Error("broken callback"))],
];

for (const [what, onError] of BROKEN) {
  Deno.test(`an onError that ${what} is printed, and leaves no publication open`, async () => {
    using printed = captureConsole();
    let published: Publication | undefined;
    await using server = serveOnLoopback({ onError }, (publication) => {
      published ??= publication;
      return publication === published ? fail() : publication.tags.pipeTo(new WritableStream());
    });
    const { port } = server.addr;
    using client = await RawClient.publish(port, "demo");
    await client.status("NetStream.Failed");
    await client.closed();
    await until("the end of the books", () => server.ledger.current.size === 0);
    assertStrictEquals((await published!.closed).reason, "closed");
    assertEquals(printed.lines, [
      "onError failed: Error: broken callback",
      'The handler of "live/demo" failed: Error: no disk today',
    ]);
    using _next = await RawClient.publish(port, "demo");
  });
}
