/**
 * `RtmpServer.shutdown()`: what a publisher had sent is read, and it takes no longer than it may.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { writeCommand } from "../../src/message/command.ts";
import { setChunkSize } from "../../src/message/control.ts";
import { publishRtmp } from "../../src/client/publish.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import type { Publication } from "../../src/publication/publication.ts";
import { captureLog } from "../support/log.ts";
import { videoTag } from "../support/media.ts";
import { serveOnLoopback } from "../support/publications.ts";
import { RawClient, STREAM_ID } from "../support/raw_client.ts";
import { until, within } from "../support/wait.ts";

/** What the buffers of the kernel hold beside what the server has read. */
const SENT = Array.from({ length: 40 }, (_, i) => videoTag(i, 50_000));

const sleep = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** A handler that takes its time over each tag. */
class SlowReader {
  readonly tags: FlvTag[] = [];
  publication: Publication | undefined;
  readonly handle = async (publication: Publication): Promise<void> => {
    this.publication = publication;
    for await (const tag of publication.tags) {
      this.tags.push(tag);
      await sleep(10);
    }
  };
}

async function publishAll(port: number, name = "demo"): Promise<RawClient> {
  const client = await RawClient.publish(port, name);
  client.send(setChunkSize(65_536));
  client.sendTags(SENT);
  return client;
}

const ENDINGS: [how: string, end: (client: RawClient) => void, reason: string][] = [
  ["that has said goodbye", (client) => {
    client.command("FCUnpublish", 4, null, "demo");
    client.command("deleteStream", 0, null, STREAM_ID);
    client.end();
  }, "unpublished"],
  ["that has closed its side", (client) => client.end(), "closed"],
  ["that says nothing more", () => {}, "closed"],
];

for (const [how, end, reason] of ENDINGS) {
  Deno.test(`RtmpServer.shutdown() reads what a publisher had sent ${how}`, async () => {
    const reader = new SlowReader();
    const server = serveOnLoopback({}, reader.handle);
    using client = await publishAll(server.addr.port);
    end(client);
    await client.flushed();
    await until("the first tag", () => reader.tags.length > 0);
    await server.shutdown();
    assertEquals(reader.tags, SENT);
    assertEquals((await reader.publication!.closed).reason, reason);
    assertEquals(server.ledger.balance(), 0);
  });
}

Deno.test("RtmpServer.shutdown() right after publishRtmp() has closed loses nothing", async () => {
  const reader = new SlowReader();
  const server = serveOnLoopback({}, reader.handle);
  const publisher = await publishRtmp(`rtmp://127.0.0.1:${server.addr.port}/live/demo`);
  await ReadableStream.from(SENT).pipeTo(publisher.writable);
  await server.shutdown();
  assertEquals(reader.tags, SENT);
});

Deno.test("RtmpServer.shutdown() reads what several publishers had sent", async () => {
  const tags = new Map<string, number>();
  const server = serveOnLoopback({}, async (publication) => {
    for await (const _ of publication.tags) {
      tags.set(publication.name, (tags.get(publication.name) ?? 0) + 1);
      await sleep(5);
    }
  });
  using first = await publishAll(server.addr.port, "first");
  using second = await publishAll(server.addr.port, "second");
  await Promise.all([first.flushed(), second.flushed()]);
  await server.shutdown();
  assertEquals(tags, new Map([["first", SENT.length], ["second", SENT.length]]));
});

Deno.test("RtmpServer.shutdown() tells a publisher at once, and lets it begin nothing more", async () => {
  const reader = new SlowReader();
  const server = serveOnLoopback({ authorize: () => true }, reader.handle);
  using client = await publishAll(server.addr.port);
  await client.flushed();
  const shutdown = server.shutdown();
  await client.status("NetConnection.Connect.AppShutdown");
  assert(reader.tags.length < SENT.length);
  client.send(writeCommand(7, "publish", 0, null, "more", "live"));
  await client.status("NetStream.Publish.Denied");
  await client.closed();
  client[Symbol.dispose]();
  await shutdown;
  assertEquals(client.statuses.filter(({ code }) => code.endsWith("AppShutdown")).length, 2);
  assertEquals(server.ledger.publications, 1);
});

Deno.test("RtmpServer.shutdown() does not wait for a handler that reads no tag", async () => {
  let end: Publication["closed"] | undefined;
  const server = serveOnLoopback({}, ({ closed }) => end = closed);
  using client = await publishAll(server.addr.port);
  await within("the server to end", server.shutdown(), 30_000);
  assertEquals((await end!).reason, "closed");
  await client.closed();
});

Deno.test("RtmpServer.shutdown({ timeout }) cuts off a publisher that does not stop sending", async () => {
  let taken = 0;
  const server = serveOnLoopback({}, async ({ tags }) => {
    for await (const _ of tags) taken++;
  });
  using client = await RawClient.publish(server.addr.port, "demo");
  const frame = [videoTag(0, 1000)];
  const sending = setInterval(() => client.sendTags(frame), 1);
  await until("a tag", () => taken > 0);
  try {
    await within("the server to end", server.shutdown({ timeout: 200 }));
  } finally {
    clearInterval(sending);
  }
  await client.closed();
  await server.finished;
  assertEquals(server.ledger.balance(), 0);
});

Deno.test("RtmpServer.shutdown({ timeout }) cuts off what a slow handler has not read", async () => {
  const reader = new SlowReader();
  const server = serveOnLoopback({}, async (publication) => {
    reader.publication = publication;
    for await (const tag of publication.tags) {
      reader.tags.push(tag);
      await sleep(400);
    }
  });
  using client = await publishAll(server.addr.port);
  await client.flushed();
  await within("the server to end", server.shutdown({ timeout: 100 }));
  assert(reader.tags.length < SENT.length);
  await client.closed();
  await server.finished;
  assertEquals((await reader.publication!.closed).reason, "closed");
  assertEquals(server.ledger.balance(), 0);
});

for (const timeout of [0, 50]) {
  Deno.test(`RtmpServer.shutdown({ timeout: ${timeout} }) resolves though a handler never settles`, async () => {
    await using log = await captureLog();
    const server = serveOnLoopback({}, () => new Promise(() => {}));
    using client = await RawClient.publish(server.addr.port, "demo");
    let isFinished = false;
    void server.finished.then(() => isFinished = true);
    await within("the server to end", server.shutdown({ timeout }));
    await client.closed();
    assertEquals([server.connections, isFinished], [[], false]);
    assertEquals(log.lines("warning"), [
      "Shutting down without waiting for the handler of live/demo",
    ]);
  });
}

Deno.test("RtmpServer.shutdown({ timeout }) resolves as soon as everything has ended", async () => {
  const server = serveOnLoopback({}, ({ tags }) => tags.pipeTo(new WritableStream()));
  using client = await RawClient.publish(server.addr.port, "demo");
  client.sendTags([videoTag(0)]);
  await within("the server to end", server.shutdown({ timeout: 2 ** 31 - 1 }));
  await client.closed();
  await server.finished;
});

Deno.test("RtmpServer.shutdown() does not wait for a decision, nor for what a source does at its end", async () => {
  const decision = Promise.withResolvers<true>();
  let isAsked = false;
  const authorize = () => {
    isAsked = true;
    return decision.promise;
  };
  const undecided = serveOnLoopback({ authorize }, () => {});
  using asking = await RawClient.open(undecided.addr.port);
  asking.askToPublish("demo");
  await until("the question", () => isAsked);
  await within("the server to end", undecided.shutdown());
  decision.resolve(true);

  const tags = new ReadableStream<FlvTag>({ cancel: () => new Promise(() => {}) });
  const play = () => ({ tags, pause() {}, receive() {} });
  const playing = serveOnLoopback({ play }, () => {});
  using player = await RawClient.open(playing.addr.port);
  player.command("createStream", 2, null);
  player.send(writeCommand(STREAM_ID, "play", 3, null, "demo"));
  await player.status("NetStream.Play.Start");
  await within("the server to end", playing.shutdown());
});

Deno.test("RtmpServer.shutdown() refuses a timeout that is no sound number", async () => {
  await using server = serveOnLoopback({}, () => {});
  for (const timeout of [NaN, Infinity, -1, 0.5, "5", null, 2 ** 31]) {
    await assertRejects(() => server.shutdown({ timeout: timeout as number }), RangeError);
  }
  assert(server.listening);
});

Deno.test("a program ends by itself after a shutdown with a handler that never settles", async () => {
  const program = `
    import { publishRtmp, serveRtmp } from ${
    JSON.stringify(new URL("../../mod.ts", import.meta.url))
  };
    const server = serveRtmp({ hostname: "127.0.0.1", port: 0 }, () => new Promise(() => {}));
    const url = "rtmp://127.0.0.1:" + server.addr.port + "/live/demo";
    const { closed } = await publishRtmp(url, { closeTimeout: 100 });
    closed.catch(() => {});
    await server.shutdown({ timeout: 50 });
    console.log("shut down");
  `;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", "--config", config, "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await new Blob([program]).stream().pipeTo(child.stdin);
  const { code, stdout, stderr } = await within("the program to end", child.output());
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  assertMatch(new TextDecoder().decode(stdout), /shut down/);
});
