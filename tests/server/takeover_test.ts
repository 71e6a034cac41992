import { assertEquals, assertFalse } from "@std/assert";
import { writeCommand } from "../../src/message/command.ts";
import type { RtmpServer } from "../../src/serve/serve.ts";
import { clockAhead } from "../support/clock.ts";
import { mediaMessage, videoTag } from "../support/media.ts";
import { collect, serveOnLoopback } from "../support/publications.ts";
import { RawClient } from "../support/raw_client.ts";
import { stopped, until } from "../support/wait.ts";

for (const name of ["demo", "demo?key=secret"]) {
  Deno.test(`a publisher of ${name} takes over from itself`, async () => {
    await using app = collect();
    using first = await RawClient.publish(app.port, name);
    first.sendTags([videoTag(0), videoTag(1)]);
    const ghost = await app.publication(0);
    await until("two tags", () => ghost.tags.length === 2);

    using second = await RawClient.publish(app.port, name);
    assertEquals((await first.status("NetStream.Failed")).level, "error");
    await first.closed();
    await until("the end of the first", () => ghost.ended);
    assertEquals(ghost.tags, [videoTag(0), videoTag(1)]);

    second.sendTags([videoTag(0)]);
    const holder = await app.publication(1);
    await until("a tag", () => holder.tags.length === 1);
    assertEquals(app.server.publications, [holder.publication]);
    assertEquals(app.server.ledger.balance(), 0);
  });
}

Deno.test("a publisher with another key is refused while the holder is alive", async () => {
  await using app = collect();
  using holder = await RawClient.publish(app.port, "demo?key=mine");
  using stranger = await RawClient.open(app.port);
  stranger.askToPublish("demo?key=other");
  assertEquals((await stranger.status("NetStream.Publish.BadName")).level, "error");
  await stranger.closed();

  holder.sendTags([videoTag(0)]);
  const { tags } = await app.publication(0);
  await until("a tag of the holder", () => tags.length === 1);
  assertFalse(holder.ended);
  assertEquals(app.server.ledger.refused, 1);
  assertEquals(app.received.length, 1);
});

Deno.test("a publisher with another key gets in when the holder has been silent for 5 s", async () => {
  await using app = collect();
  using holder = await RawClient.publish(app.port, "demo?key=mine");
  using _ = clockAhead(5_000);
  using _stranger = await RawClient.publish(app.port, "demo?key=other");
  await holder.closed();
  await app.publication(1);
  assertEquals(app.server.publications.length, 1);
});

Deno.test("a holder that the handler does not read is not taken for silent", async () => {
  await using server = serveOnLoopback({}, ({ closed }) => closed.then(() => {}));
  const { port } = server.addr;
  using holder = await RawClient.publish(port, "demo?key=mine");
  holder.sendTags(Array.from({ length: 500 }, (_, i) => videoTag(i, 4000)));
  await stopped("the server to read no more", () => bytesReceived(server));
  using _ = clockAhead(6_000);
  using stranger = await RawClient.open(port);
  stranger.askToPublish("demo?key=other");
  await stranger.status("NetStream.Publish.BadName");
  assertFalse(holder.ended);
});

Deno.test("a connection stays when one of its two publications is refused", async () => {
  await using app = collect();
  using _holder = await RawClient.publish(app.port, "taken?key=mine");
  using client = await RawClient.publish(app.port, "other?key=theirs");
  client.command("createStream", 4, null);
  client.send(writeCommand(2, "publish", 5, null, "taken?key=theirs", "live"));
  await client.status("NetStream.Publish.BadName");

  client.send(mediaMessage(videoTag(0)));
  const { tags } = await app.publication(1);
  await until("a tag of the other", () => tags.length === 1);
  assertFalse(client.ended);
});

Deno.test("takeOver decides instead of the usual rule, and is given both", async () => {
  const asked: [holder: string | null, newcomer: string | null][] = [];
  await using app = collect({
    takeOver(holder, newcomer) {
      asked.push([holder.params.get("token"), newcomer.params.get("token")]);
      return newcomer.params.get("token") === holder.params.get("token");
    },
  });
  using ann = await RawClient.publish(app.port, "demo?token=ann");
  using bob = await RawClient.open(app.port);
  bob.askToPublish("demo?token=bob");
  await bob.status("NetStream.Publish.BadName");
  assertFalse(ann.ended);

  using _again = await RawClient.publish(app.port, "demo?token=ann");
  await ann.closed();
  assertEquals(asked, [["ann", "bob"], ["ann", "ann"]]);
});

Deno.test("takeOver may accept a publisher with another key, and keep the name of a silent one", async () => {
  let answer = false;
  await using app = collect({ takeOver: () => answer });
  using holder = await RawClient.publish(app.port, "demo?key=mine");
  {
    using _ = clockAhead(6_000);
    using stranger = await RawClient.open(app.port);
    stranger.askToPublish("demo?key=other");
    await stranger.status("NetStream.Publish.BadName");
  }
  answer = true;
  using _stranger = await RawClient.publish(app.port, "demo?key=other");
  await holder.closed();
});

function bytesReceived({ ledger }: RtmpServer): number {
  return [...ledger.current].reduce((sum, { connection }) => sum + connection.bytes, 0);
}
