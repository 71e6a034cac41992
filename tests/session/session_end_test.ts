import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { RtmpChunkError, RtmpTimeoutError } from "../../src/errors.ts";
import { MessageEncoder } from "../../src/message/message_encoder.ts";
import { hex } from "../support/bytes.ts";
import { clockAhead } from "../support/clock.ts";
import { mediaMessage, videoTag } from "../support/media.ts";
import { FakeProgram } from "./fake_program.ts";
import { Peer } from "./peer.ts";

Deno.test("a publisher that disappears leaves everything that came whole", async () => {
  const peer = await Peer.publish("demo");
  const [publication] = peer.program.publications;
  const encoder = new MessageEncoder();
  const bytes = concat([0, 1, 2].map((i) => encoder.encode(mediaMessage(videoTag(i)))));
  peer.write(bytes.subarray(0, -1));
  peer.end();
  const tags = await Array.fromAsync(publication!.tags);
  assertEquals(tags, [videoTag(0), videoTag(1)]);
  assertEquals(await peer.sessionEnd, {});
  assertEquals(await publication!.closed, {
    reason: "disconnected",
    description: "The publisher closed the connection",
  });
  assertEquals(peer.counts.discarded, { "incomplete-chunk": 1, "incomplete-message": 1 });
  assertEquals(publication!.ledger.balance(), 0);
});

Deno.test("a connection that fails is the reason of the end of all that it carries", async () => {
  const peer = await Peer.publish("demo");
  const [publication] = peer.program.publications;
  const tags = Array.fromAsync(publication!.tags);
  peer.sendTags([videoTag(0)]);
  await peer.settled();
  const error = new RtmpTimeoutError("Cannot wait any longer for the peer");
  peer.fail(error);
  assertStrictEquals((await peer.sessionEnd).error, error);
  assertEquals(await tags, [videoTag(0)]);
  const { message: description } = error;
  assertEquals(await publication!.closed, { reason: "failed", description, error });
});

Deno.test("a broken chunk layer ends the connection after all that came before, with a status", async () => {
  const peer = await Peer.publish("demo");
  const [publication] = peer.program.publications;
  peer.sendTags([videoTag(0), videoTag(1)]);
  // Type 3 on a chunk stream that nothing has begun on.
  peer.write(hex("ff 00"));
  assertEquals(await Array.fromAsync(publication!.tags), [videoTag(0), videoTag(1)]);
  const { error } = await peer.sessionEnd;
  assertInstanceOf(error, RtmpChunkError);
  assertEquals(peer.statuses, [{
    stream: 1,
    level: "error",
    code: "NetStream.Failed",
    description: error.message,
  }]);
});

Deno.test("ServerSession.close() says why, on the connection and wherever something goes on", async () => {
  const peer = await Peer.publish("demo");
  peer.streamCommand(2, "play", "other");
  peer.command("createStream", 3, null);
  await peer.settled();
  peer.messages.length = 0;
  const code = "NetConnection.Connect.AppShutdown";
  const description = "The server is shutting down";
  await peer.session.close(code, description);
  assertEquals(await peer.sessionEnd, {});
  assertEquals(
    peer.statuses,
    [0, 1, 2].map((stream) => ({ stream, level: "error", code, description })),
  );
  const [publication] = peer.program.publications;
  assertEquals(await publication!.closed, { reason: "closed", description });
  assertEquals(peer.program.sources[0]!.told, ["left"]);
  await peer.session.close(code, description);
});

Deno.test("ServerSession.close() does not wait for a consumer that does not read", async () => {
  const peer = await Peer.publish("demo");
  const [publication] = peer.program.publications;
  peer.sendTags([videoTag(0), videoTag(1)]);
  await peer.held();
  await peer.session.close("NetConnection.Connect.AppShutdown", "bye");
  assertEquals(await peer.sessionEnd, {});
  assertEquals(await Array.fromAsync(publication!.tags), [videoTag(0)]);
  assertEquals(publication!.ledger.balance(), 0);
});

Deno.test("ServerSession.close() before connect ends the session", async () => {
  const peer = new Peer();
  await peer.session.close("NetConnection.Connect.AppShutdown", "bye");
  assertEquals(await peer.sessionEnd, {});
  assertEquals(peer.codes, ["Connect.AppShutdown"]);
});

Deno.test("publish and play that are allowed after the session was closed do not begin", async () => {
  for (const command of ["publish", "play"]) {
    const program = new FakeProgram();
    const asked = Promise.withResolvers<undefined>();
    program.allow = () => asked.promise;
    const peer = await Peer.connect({ program });
    peer.streamCommand(1, command, "demo");
    await peer.held();
    await peer.session.close("NetConnection.Connect.AppShutdown", "bye");
    asked.resolve(undefined);
    assertEquals(await peer.sessionEnd, {});
    assertEquals(peer.codes, ["Connect.AppShutdown", "Connect.AppShutdown"]);
    assertEquals([program.publications, program.sources], [[], []]);
    assertEquals(program.released.map(({ name }) => name), ["demo"]);
  }
});

Deno.test("a stream that ends while another is authorized leaves the connection open", async () => {
  const program = new FakeProgram();
  const peer = await Peer.publish("first", { program });
  const asked = Promise.withResolvers<undefined>();
  program.allow = () => asked.promise;
  peer.publish(2, "second");
  await peer.held();
  program.publications[0]!.close();
  await peer.held();
  assert(!peer.ended);
  asked.resolve(undefined);
  await peer.settled();
  assertEquals(peer.codes, ["Failed", "Publish.Start"]);
  assert(!peer.ended);
});

Deno.test("a peer that disconnects while it is authorized gets its name, and loses it at once", async () => {
  const program = new FakeProgram();
  const asked = Promise.withResolvers<undefined>();
  program.allow = () => asked.promise;
  const peer = await Peer.connect({ program });
  peer.publish(1, "demo");
  peer.end();
  await peer.held();
  asked.resolve(undefined);
  assertEquals(await peer.sessionEnd, {});
  const [publication] = program.publications;
  assertEquals((await publication!.closed).reason, "disconnected");
  assertEquals(await Array.fromAsync(publication!.tags), []);
});

Deno.test("deleteStream right after publish ends a publication that is still being authorized", async () => {
  const program = new FakeProgram();
  const asked = Promise.withResolvers<undefined>();
  program.allow = () => asked.promise;
  const peer = await Peer.connect({ program });
  peer.publish(1, "demo");
  peer.sendTags([videoTag(0)]);
  peer.command("deleteStream", 0, null, 1);
  await peer.held();
  assertEquals(peer.heard, []);
  asked.resolve(undefined);
  await peer.held();
  const [publication] = program.publications;
  assertEquals(await Array.fromAsync(publication!.tags), [videoTag(0)]);
  await peer.settled();
  assertEquals(peer.codes, ["Publish.Start", "Unpublish.Success"]);
});

for (const question of ["allow", "give", "show", "begun"] as const) {
  Deno.test(`a program that fails at ${question} ends the connection with its error`, async () => {
    const program = new FakeProgram();
    const error = new Error("broken");
    program[question] = () => {
      throw error;
    };
    const peer = await Peer.connect({ program });
    peer.streamCommand(1, question === "show" ? "play" : "publish", "demo");
    assertStrictEquals((await peer.sessionEnd).error, error);
    assert(!peer.session.watches);
  });
}

Deno.test("a peer that cannot be written to is still read to its end", async () => {
  const peer = await Peer.publish("demo");
  const [publication] = peer.program.publications;
  peer.breakReading(new Error("reset"));
  for (let id = 10; id < 20; id++) peer.command("createStream", id, null);
  peer.sendTags([videoTag(0), videoTag(1)]);
  peer.end();
  assertEquals(await Array.fromAsync(publication!.tags), [videoTag(0), videoTag(1)]);
  assertEquals(await peer.sessionEnd, {});
});

Deno.test("a player that cannot be written to is no player any more", async () => {
  const peer = await Peer.connect();
  peer.streamCommand(1, "play", "demo");
  await peer.settled();
  const [source] = peer.program.sources;
  peer.breakReading(new Error("reset"));
  source!.show(videoTag(0), videoTag(1), videoTag(2));
  await peer.settled();
  assertEquals(source!.told, ["left"]);
  assert(!peer.session.watches);
});

Deno.test("requestReconnect() is said on the connection, and everything goes on", async () => {
  const peer = await Peer.publish("demo");
  peer.session.requestReconnect("An update", "//example.org/live");
  peer.session.requestReconnect("An update");
  await peer.settled();
  const info = {
    level: "status",
    code: "NetConnection.Connect.ReconnectRequest",
    description: "An update",
  };
  assertEquals(peer.commands, [
    ["onStatus", 0, null, { ...info, tcUrl: "//example.org/live" }],
    ["onStatus", 0, null, info],
  ]);
  assertEquals(peer.messages.map(({ messageStreamId }) => messageStreamId), [0, 0]);
  peer.sendTags([videoTag(0)]);
  const { value } = await peer.program.publications[0]!.tags.getReader().read();
  assertEquals(value, videoTag(0));
});

Deno.test("inactivity grows only while nothing is published or played", async () => {
  const minute = 60_000;
  const peer = await Peer.publish("demo");
  {
    using _ = clockAhead(minute);
    assert(peer.session.inactivity < minute);
  }
  peer.streamCommand(1, "closeStream");
  await peer.settled();
  using _ = clockAhead(2 * minute);
  assert(peer.session.inactivity >= minute);
  peer.streamCommand(1, "play", "demo");
  await peer.settled();
  assert(peer.session.inactivity < minute);
});
