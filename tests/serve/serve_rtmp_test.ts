import { assertEquals, assertFalse } from "@std/assert";
import { writeCommand } from "../../src/message/command.ts";
import type { PublicationEnd } from "../../src/publication/publication.ts";
import type { PublicationHandler } from "../../src/serve/serve.ts";
import { captureLog } from "../support/log.ts";
import { videoTag, videoTags } from "../support/media.ts";
import { collect, serveOnLoopback } from "../support/publications.ts";
import { RawClient, STREAM_ID } from "../support/raw_client.ts";
import { until } from "../support/wait.ts";

Deno.test("serveRtmp() tells the publisher when the handler rejects, and logs why", async () => {
  await using log = await captureLog();
  await using server = serveOnLoopback(
    { onError() {} },
    () => Promise.reject(new Error("no disk today")),
  );
  using client = await RawClient.publish(server.addr.port, "demo");
  const { level, description } = await client.status("NetStream.Failed");
  assertEquals(level, "error");
  assertFalse(description.includes("disk"));
  await client.closed();
  assertEquals(log.lines("error"), ["The handler of live/demo failed: Error: no disk today"]);
});

Deno.test("serveRtmp() takes a handler that throws for one that rejects", async () => {
  await using log = await captureLog();
  await using server = serveOnLoopback({ onError() {} }, () => {
    throw new Error("not even a promise");
  });
  using client = await RawClient.publish(server.addr.port, "demo");
  await client.status("NetStream.Failed");
  await client.closed();
  assertEquals(log.lines("error").length, 1);
});

Deno.test("serveRtmp() ends a publication when its handler returns", async () => {
  let end: Promise<PublicationEnd> | undefined;
  await using server = serveOnLoopback({}, async (publication) => {
    end = publication.closed;
    for await (const _ of publication.tags.values({ preventCancel: true })) break;
  });
  using client = await RawClient.publish(server.addr.port, "demo");
  client.sendTags([videoTag(0), videoTag(1), videoTag(2)]);
  assertEquals((await client.status("NetStream.Failed")).level, "error");
  await client.closed();
  assertEquals((await end!).reason, "closed");
  await until("the end of the publication", () => server.ledger.current.size === 0);
  assertEquals(server.ledger.balance(), 0);
});

Deno.test("serveRtmp() lets a publisher go on whose tags are cancelled, and counts them", async () => {
  await using server = serveOnLoopback({}, async (publication) => {
    await publication.tags.cancel();
    await publication.closed;
  });
  using client = await RawClient.publish(server.addr.port, "demo");
  client.sendTags(videoTags(10));
  const ledger = await until("ten unread frames", () => {
    const [ledger] = server.ledger.current;
    return ledger && ledger.unread.videoFrames === 10 && ledger;
  });
  assertFalse(client.ended);
  assertEquals(ledger.received, { videoFrames: 10, audioFrames: 0, scriptTags: 1, otherTags: 0 });
  assertEquals(ledger.balance(), 0);
});

Deno.test("Publication.metadata is the first onMetaData, or undefined at the end", async () => {
  await using app = collect();
  using client = await RawClient.publish(app.port, "with");
  client.sendTags(videoTags(1));
  const { publication } = await app.publication(0);
  assertEquals(await publication.metadata, { encoder: "test" });

  using other = await RawClient.publish(app.port, "without");
  other.sendTags([videoTag(0)]);
  other.command("FCUnpublish", 4, null, "without");
  assertEquals(await (await app.publication(1)).publication.metadata, undefined);
});

Deno.test("Publication.close() ends the publication and keeps what has come", async () => {
  await using app = collect();
  using client = await RawClient.publish(app.port, "demo");
  client.sendTags([videoTag(0)]);
  const received = await app.publication(0);
  await until("a tag", () => received.tags.length === 1);
  received.publication.close("Closing time");
  assertEquals((await client.status("NetStream.Failed")).description, "Closing time");
  await client.closed();
  await until("the end of the tags", () => received.ended);
  assertEquals(await received.publication.closed, {
    reason: "closed",
    description: "Closing time",
  });
});

Deno.test("RtmpServer.shutdown() waits for handlers to settle", async () => {
  const gate = Promise.withResolvers<void>();
  let tags = 0;
  const server = serveOnLoopback({}, async (publication) => {
    for await (const _ of publication.tags) tags++;
    await gate.promise;
  });
  using client = await RawClient.publish(server.addr.port, "demo");
  client.sendTags([videoTag(0)]);
  await until("a tag", () => tags === 1);
  let isDown = false;
  const shutdown = server.shutdown().then(() => isDown = true);
  await client.status("NetConnection.Connect.AppShutdown");
  await client.closed();
  client[Symbol.dispose]();
  await until("the end of the connection", () => server.connections.length === 0);
  // One that has no handler to wait for is down by now.
  await serveOnLoopback({}, () => {}).shutdown();
  assertFalse(isDown);
  gate.resolve();
  await shutdown;
  await server.finished;
});

Deno.test("RtmpServer.shutdown() ends a publication that is not read", async () => {
  const server = serveOnLoopback({}, ({ closed }) => closed.then(() => {}));
  using client = await RawClient.publish(server.addr.port, "demo");
  client.sendTags(Array.from({ length: 500 }, (_, i) => videoTag(i, 4000)));
  await until("a frame", () => [...server.ledger.current][0]?.received.videoFrames === 1);
  const shutdown = server.shutdown();
  await client.closed();
  client[Symbol.dispose]();
  await shutdown;
  assertEquals(server.ledger.balance(), 0);
});

Deno.test("serveRtmp() shuts down when its signal is aborted", async () => {
  const controller = new AbortController();
  const app = collect({ signal: controller.signal });
  using client = await RawClient.publish(app.port, "demo");
  controller.abort();
  await client.status("NetConnection.Connect.AppShutdown");
  await client.closed();
  client[Symbol.dispose]();
  await app.server.finished;
});

Deno.test("serveRtmp() turns connections away beyond maxConnections", async () => {
  await using app = collect({ maxConnections: 2 });
  using _first = await RawClient.publish(app.port, "one");
  const second = await RawClient.publish(app.port, "two");
  using third = await RawClient.connect(app.port);
  await third.closed();
  assertEquals(app.server.ledger.tooManyConnections, 1);

  second[Symbol.dispose]();
  await until("the second to be gone", () => app.server.publications.length === 1);
  using _fourth = await until("room", async () => {
    return await RawClient.publish(app.port, "four").catch(() => undefined);
  });
  assertEquals(app.server.publications.map(({ name }) => name), ["one", "four"]);
});

Deno.test("serveRtmp() refuses a peer that publishes in a loop faster than handlers settle", async () => {
  const settle: (() => void)[] = [];
  await using server = serveOnLoopback(
    { maxMessageStreams: 3 },
    () => new Promise<void>((resolve) => settle.push(resolve)),
  );
  using client = await RawClient.open(server.addr.port);
  client.command("createStream", 2, null);
  for (let i = 0; i < 4; i++) {
    client.send(writeCommand(STREAM_ID, "publish", 3, null, `demo${i}`, "live"));
    client.send(writeCommand(STREAM_ID, "closeStream", 4, null));
  }
  const { description } = await client.status("NetStream.Publish.BadName");
  assertEquals(
    description,
    "Too many publications of this connection are still being handled",
  );
  assertEquals(settle.length, 3);
  for (const resolve of settle) resolve();
});

Deno.test("serveRtmp() takes a client in although others hold all places half-open", async () => {
  await using server = serveOnLoopback({ maxConnections: 3 }, () => {});
  const halfOpen = await Promise.all(
    Array.from({ length: 3 }, () => RawClient.connect(server.addr.port)),
  );
  await until("all places to be taken", () => server.ledger.connections === 3);
  using client = await RawClient.open(server.addr.port);
  await until("the oldest to be closed", () => halfOpen.filter(({ ended }) => ended).length === 1);
  assertFalse(client.ended);
  for (const one of halfOpen) one[Symbol.dispose]();
});

Deno.test("serveRtmp() with a signal that is aborted already shuts down at once", async () => {
  const server = serveOnLoopback({ signal: AbortSignal.abort() }, () => {});
  await server.finished;
});

Deno.test("serveRtmp() tells onError what a handler rejected with", async () => {
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const failure = new Error("no disk today");
  await using server = serveOnLoopback({ onError }, () => Promise.reject(failure));
  using client = await RawClient.publish(server.addr.port, "demo");
  await client.closed();
  assertEquals(errors, [failure]);
});

const HANDLERS: [what: string, handler: PublicationHandler][] = [
  ["a value", () => 5],
  ["an array of results", ({ tags }) => Promise.all([tags.pipeTo(new WritableStream()), 1])],
  ["a thenable", () => ({ then: (resolve: (value: unknown) => void) => resolve("done") })],
];

for (const [what, handler] of HANDLERS) {
  Deno.test(`serveRtmp() takes a handler that returns ${what}`, async () => {
    await using server = serveOnLoopback({}, handler);
    using client = await RawClient.publish(server.addr.port, "demo");
    client.command("FCUnpublish", 4, null, "demo");
    await until("the end of the publication", () => server.ledger.current.size === 0);
    assertEquals(server.ledger.publications, 1);
  });
}
