/**
 * What `authorize` has allowed is either begun or released, once.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import type { RtmpServer, ServeRtmpOptions } from "../../src/serve/serve.ts";
import type { PlaySource } from "../../src/session/server/player.ts";
import type { StreamRequest } from "../../src/publication/publication.ts";
import { writeCommand } from "../../src/message/command.ts";
import { captureConsole } from "../support/console.ts";
import { videoTag } from "../support/media.ts";
import { publishRequest, serveOnLoopback } from "../support/publications.ts";
import { RawClient, STREAM_ID } from "../support/raw_client.ts";
import { until } from "../support/wait.ts";

/** An application that keeps what it has allowed, begun and released. */
class Quota {
  readonly allowed: StreamRequest[] = [];
  readonly begun: string[] = [];
  readonly released: StreamRequest[] = [];
  readonly server: RtmpServer;

  constructor(options: ServeRtmpOptions = {}) {
    this.server = serveOnLoopback({
      onError() {},
      onRelease: (request) => void this.released.push(request),
      ...options,
      authorize: async (request) => {
        this.allowed.push(request);
        return await options.authorize?.(request) ?? true;
      },
    }, async ({ name, tags }) => {
      this.begun.push(name);
      await tags.pipeTo(new WritableStream());
    });
  }

  get port(): number {
    return this.server.addr.port;
  }

  /** Waits until one has been released, and nothing is left of what was allowed. */
  async assertReleased(name: string): Promise<void> {
    await until("the release", () => this.released.length === 1);
    assertEquals(this.released[0]!.name, name);
    assert(this.allowed.includes(this.released[0]!));
    assertEquals(this.begun.length, this.allowed.length - 1);
  }
}

/** A client that has asked for something, and has not waited for the answer. */
async function ask(port: number, command: "publish" | "play", name = "demo"): Promise<RawClient> {
  const client = await RawClient.open(port);
  client.command("createStream", 2, null);
  client.send(writeCommand(STREAM_ID, command, 3, null, name));
  return client;
}

function endless(): { source: PlaySource; cancelled: Promise<void> } {
  const { promise: cancelled, resolve } = Promise.withResolvers<void>();
  const tags = new ReadableStream<FlvTag>({ cancel: () => resolve() });
  return { source: { tags, pause() {}, receive() {} }, cancelled };
}

Deno.test("onRelease is not called for what is published", async () => {
  const quota = new Quota();
  {
    await using _ = quota.server;
    using client = await RawClient.publish(quota.port, "demo");
    client.sendTags([videoTag(0)]);
    client.command("FCUnpublish", 4, null, "demo");
    await client.status("NetStream.Unpublish.Success");
  }
  assertEquals([quota.begun, quota.released], [["demo"], []]);
});

Deno.test("onRelease is called when the name is taken", async () => {
  const quota = new Quota({ takeOver: () => false });
  await using _ = quota.server;
  using _holder = await RawClient.publish(quota.port, "demo");
  using newcomer = await ask(quota.port, "publish");
  await newcomer.status("NetStream.Publish.BadName");
  await quota.assertReleased("demo");
});

Deno.test("onRelease is called when a peer publishes faster than handlers settle", async () => {
  const settle = Promise.withResolvers<void>();
  const released: string[] = [];
  await using server = serveOnLoopback({
    maxMessageStreams: 1,
    authorize: () => true,
    onRelease: ({ name }) => void released.push(name),
  }, () => settle.promise);
  using client = await RawClient.publish(server.addr.port, "first");
  client.send(writeCommand(STREAM_ID, "closeStream", 4, null));
  client.send(writeCommand(STREAM_ID, "publish", 5, null, "second", "live"));
  await client.status("NetStream.Publish.BadName");
  assertEquals(released, ["second"]);
  settle.resolve();
});

for (const command of ["publish", "play"] as const) {
  Deno.test(`onRelease is called when authorize allows a ${command} after its time is over`, async () => {
    const gate = Promise.withResolvers<true>();
    const quota = new Quota({ authorize: () => gate.promise, authorizeTimeout: 20 });
    await using _ = quota.server;
    using client = await ask(quota.port, command);
    await client.closed();
    assertEquals(quota.released, []);
    gate.resolve(true);
    await quota.assertReleased("demo");
  });

  Deno.test(`onRelease is called when the connection has ended before a ${command} is allowed`, async () => {
    const gate = Promise.withResolvers<true>();
    const quota = new Quota({ authorize: () => gate.promise });
    await using _ = quota.server;
    using client = await ask(quota.port, command);
    await until("the question", () => quota.allowed.length === 1);
    await quota.server.connections[0]!.end();
    await client.closed();
    gate.resolve(true);
    await quota.assertReleased("demo");
  });

  Deno.test(`onRelease is called when the server shuts down before a ${command} is allowed`, async () => {
    const gate = Promise.withResolvers<true>();
    const quota = new Quota({ authorize: () => gate.promise });
    using client = await ask(quota.port, command);
    await until("the question", () => quota.allowed.length === 1);
    const shutdown = quota.server.shutdown();
    await client.closed();
    client[Symbol.dispose]();
    gate.resolve(true);
    await shutdown;
    await quota.assertReleased("demo");
  });
}

const NO_SOURCES: [what: string, play: () => unknown][] = [
  ["refuses", () => ({ description: "Not now" })],
  ["answers nonsense", () => 5],
  ["throws", () => {
    throw new Error("broken");
  }],
  ["does not answer in time", () => new Promise(() => {})],
];

for (const [what, play] of NO_SOURCES) {
  Deno.test(`onRelease is called when play ${what}`, async () => {
    const options = { play, authorizeTimeout: 20 } as ServeRtmpOptions;
    const quota = new Quota(options);
    await using _ = quota.server;
    using client = await ask(quota.port, "play");
    await client.closed();
    await quota.assertReleased("demo");
  });
}

Deno.test("onRelease is called when there is no playing", async () => {
  const quota = new Quota();
  await using _ = quota.server;
  using client = await ask(quota.port, "play");
  await client.status("NetStream.Play.StreamNotFound");
  await quota.assertReleased("demo");
});

Deno.test("onRelease is not called for what is played", async () => {
  const { source, cancelled } = endless();
  const quota = new Quota({ play: () => Promise.resolve(source) });
  await using _ = quota.server;
  using client = await ask(quota.port, "play");
  await client.status("NetStream.Play.Start");
  client.send(writeCommand(STREAM_ID, "closeStream", 4, null));
  await cancelled;
  assertEquals(quota.released, []);
});

for (const late of [true, false]) {
  Deno.test(`a source that play gives ${late ? "too late" : "to a peer that was cut off"} is left`, async () => {
    const { source, cancelled } = endless();
    const gate = Promise.withResolvers<PlaySource>();
    let isAsked = false;
    const quota = new Quota({
      ...late && { authorizeTimeout: 20 },
      play() {
        isAsked = true;
        return gate.promise;
      },
    });
    await using _ = quota.server;
    using client = await ask(quota.port, "play");
    await until("the question", () => isAsked);
    if (!late) await quota.server.connections[0]!.end();
    await client.closed();
    gate.resolve(source);
    await cancelled;
    await quota.assertReleased("demo");
  });
}

const NEVER_BEGUN: [what: string, tags: () => ReadableStream<FlvTag>][] = [
  ["ends without a tag", () => ReadableStream.from([])],
  ["fails before its first tag", () =>
    new ReadableStream({
      start(controller) {
        controller.error(new Error("broken"));
      },
    })],
  ["gives nothing in time", () => new ReadableStream()],
];

for (const [what, tags] of NEVER_BEGUN) {
  Deno.test(`onRelease is called when a source for RtmpServer.publish() ${what}`, async () => {
    const quota = new Quota({ timeout: 50 });
    await using _ = quota.server;
    await quota.server.publish(publishRequest(), tags());
    await quota.assertReleased("demo");
  });
}

Deno.test("onRelease is called when RtmpServer.publish() cannot have its name", async () => {
  const quota = new Quota({ takeOver: () => false });
  await using _ = quota.server;
  using _holder = await RawClient.publish(quota.port, "demo");
  const tags = ReadableStream.from([videoTag(0)]);
  await quota.server.publish(publishRequest(), tags).catch(() => {});
  await quota.assertReleased("demo");
});

Deno.test("an onRelease that throws is printed, and refuses the peer all the same", async () => {
  using printed = captureConsole();
  const quota = new Quota({
    onRelease() {
      throw new Error("broken callback");
    },
  });
  await using _ = quota.server;
  using client = await ask(quota.port, "play");
  await client.status("NetStream.Play.StreamNotFound");
  await client.closed();
  assertEquals(printed.lines, ["onRelease failed: Error: broken callback"]);
});
