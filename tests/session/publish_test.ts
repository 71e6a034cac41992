import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { RtmpLimitError } from "../../src/errors.ts";
import { videoTag } from "../support/media.ts";
import { FakeProgram } from "./fake_program.ts";
import { Peer } from "./peer.ts";

for (const type of ["live", "record", "append"] as const) {
  Deno.test(`publish ${type} is asked for, claimed, answered and begun, in this order`, async () => {
    const program = new FakeProgram();
    const order: string[] = [];
    const peer = await Peer.connect({ program });
    program.allow = (request) => {
      order.push(`authorize ${request.kind} ${request.name} ${request.type}`);
      return undefined;
    };
    program.give = ({ path }) => {
      order.push(`claim ${path}, after ${peer.codes}`);
      return undefined;
    };
    program.begun = ({ path }) => void order.push(`begin ${path}`);
    peer.publish(1, "demo", type);
    await peer.settled();
    assertEquals(order, [
      `authorize publish demo ${type}`,
      "claim live/demo, after ",
      "begin live/demo",
    ]);
    assertEquals(
      peer.messages.map(({ chunkStreamId, messageStreamId }) => [
        chunkStreamId,
        messageStreamId,
      ]),
      [[5, 1]],
    );
    assertEquals(peer.commands, [["onStatus", 0, null, {
      level: "status",
      code: "NetStream.Publish.Start",
      description: "Publishing demo",
    }]]);
  });
}

Deno.test("publish of an unknown type, or of none, is live", async () => {
  const peer = await Peer.connect();
  peer.publish(1, "a", "forever");
  peer.streamCommand(2, "publish", "b");
  peer.streamCommand(3, "publish", "c", 7);
  await peer.settled();
  assertEquals(peer.program.requests.map(({ type }) => type), ["live", "live", "live"]);
});

/** What stands where, and what is made of it. */
interface Naming {
  app?: string;
  tcUrl?: string;
  name: unknown;
  path: string;
  params?: [string, string][];
}

const NAMINGS: Naming[] = [
  { name: "demo", path: "live/demo" },
  { name: "", path: "live" },
  { name: "?key=abc", path: "live", params: [["key", "abc"]] },
  { name: "demo?", path: "live/demo" },
  { name: "demo?key=abc&x", path: "live/demo", params: [["key", "abc"], ["x", ""]] },
  { name: "demo?url=a?b=c", path: "live/demo", params: [["url", "a?b=c"]] },
  { name: "/demo//", path: "live/demo" },
  { name: "a/b", path: "live/a/b" },
  { name: "////", path: "live" },
  { name: undefined, path: "live" },
  { name: 5, path: "live" },
  { app: "live/demo?user=mike", name: "", path: "live/demo", params: [["user", "mike"]] },
  { app: "live/demo", name: "?k=v", path: "live/demo", params: [["k", "v"]] },
  { app: "live", name: "rtmp://h/live/demo?k=v", path: "live/demo", params: [["k", "v"]] },
  { app: "live/inst", name: "cam", path: "live/inst/cam" },
  { app: "live/", name: "demo", path: "live/demo" },
  { app: "/live/?a=1", name: "demo", path: "live/demo", params: [["a", "1"]] },
  { app: "", name: "demo", path: "demo" },
  { tcUrl: "rtmp://h/live?t=1", name: "demo", path: "live/demo", params: [["t", "1"]] },
  {
    app: "live?key=app&a=1",
    tcUrl: "rtmp://h/live?key=url&t=2&a=3",
    name: "demo?key=name",
    path: "live/demo",
    params: [["key", "name"], ["a", "1"], ["t", "2"]],
  },
  {
    // FFmpeg has the query of an app in both places.
    app: "live?key=abc",
    tcUrl: "rtmp://h/live?key=abc",
    name: "demo",
    path: "live/demo",
    params: [["key", "abc"]],
  },
  { name: "d%C3%A9mo?k=%20+", path: "live/démo", params: [["k", "  "]] },
  { name: "démo\n\u0000", path: "live/démo" },
];

for (const { name, path, params = [], ...object } of NAMINGS) {
  const where = JSON.stringify({ ...object, name });
  Deno.test(`publish ${where} is ${JSON.stringify(path)}`, async () => {
    const peer = await Peer.connect({}, object);
    peer.streamCommand(1, "publish", name, "live");
    await peer.settled();
    const [publication] = peer.program.publications;
    assertEquals(publication!.path, path);
    assertEquals([...publication!.params], params);
    assertEquals(publication!.remoteAddr, "192.0.2.1:50000");
  });
}

Deno.test("a name over the limit ends the connection, and the peer receives the reason", async () => {
  const peer = await Peer.connect({ limits: { maxNameLength: 100 } });
  peer.publish(1, "x".repeat(101));
  const { error } = await peer.sessionEnd;
  assertInstanceOf(error, RtmpLimitError);
  assertEquals(peer.codes, ["Failed"]);
  assertMatch(peer.statuses[0]!.description, /101 characters, limit 100/);
  assertEquals(peer.program.requests, []);
});

Deno.test("a refusal reaches the peer before the connection closes", async () => {
  for (const code of [undefined, "NetStream.Publish.Unauthorized"]) {
    const program = new FakeProgram();
    const description = "The stream key is wrong";
    program.allow = () => code ? { code, description } : { description };
    const peer = await Peer.connect({ program });
    peer.publish(1, "demo");
    peer.sendTags([videoTag(0)]);
    assertEquals(await peer.sessionEnd, {});
    assertEquals(peer.statuses, [{
      stream: 1,
      level: "error",
      code: code ?? "NetStream.Publish.Denied",
      description,
    }]);
    assertEquals(program.publications, []);
  }
});

Deno.test("a name that is taken is BadName, and what was made for it ends", async () => {
  const program = new FakeProgram();
  const claims: Promise<unknown>[] = [];
  program.give = ({ closed, metadata, tags }) => {
    claims.push(closed.then(({ reason }) => reason), metadata, Array.fromAsync(tags));
    return { description: "Another publisher is already publishing live/demo" };
  };
  const peer = await Peer.connect({ program });
  peer.publish(1, "demo");
  assertEquals(await peer.sessionEnd, {});
  assertEquals(peer.codes, ["Publish.BadName"]);
  assertEquals(await Promise.all(claims), ["closed", undefined, []]);
});

Deno.test("a refusal does not close a connection that carries something else", async () => {
  const program = new FakeProgram();
  const peer = await Peer.publish("demo", { program });
  program.allow = () => ({ description: "no" });
  peer.publish(2, "second");
  peer.streamCommand(3, "play", "third");
  await peer.settled();
  assertEquals(peer.codes, ["Publish.Denied", "Play.Failed"]);
  assert(!peer.ended);
  // The last one that went on ends: by itself, so that the peer may publish again.
  peer.streamCommand(1, "closeStream");
  await peer.settled();
  assert(!peer.ended);
  peer.publish(2, "second");
  assertEquals(await peer.sessionEnd, {});
});

Deno.test("a second publish on a message stream that has one changes nothing", async () => {
  const peer = await Peer.publish("demo");
  peer.publish(1, "other");
  await peer.settled();
  assertEquals(peer.heard, []);
  assertEquals(peer.program.publications.map(({ path }) => path), ["live/demo"]);
});

Deno.test("a second publish without a name changes nothing where the app alone names the stream", async () => {
  const peer = await Peer.connect({}, { app: "live/demo" });
  for (let i = 0; i < 2; i++) peer.publish(1, "");
  await peer.settled();
  assertEquals(peer.codes, ["Publish.Start"]);
  peer.streamCommand(1, "publish", false);
  await peer.settled();
  assertEquals(peer.codes, ["Publish.Start", "Unpublish.Success"]);
});

Deno.test("publish with false where nothing is published changes nothing", async () => {
  const peer = await Peer.connect();
  peer.streamCommand(1, "publish", false);
  peer.publish(1, "demo");
  await peer.settled();
  assertEquals(peer.codes, ["Publish.Start"]);
});

for (
  const [what, end] of [
    ["closeStream", (peer: Peer) => peer.streamCommand(1, "closeStream")],
    ["deleteStream by id", (peer: Peer) => peer.command("deleteStream", 0, null, 1)],
    ["deleteStream by name", (peer: Peer) => peer.command("deleteStream", 0, null, "demo")],
    ["FCUnpublish", (peer: Peer) => peer.command("FCUnpublish", 0, null, "demo")],
    [
      "FCUnpublish with parameters",
      (peer: Peer) => peer.command("FCUnpublish", 0, null, "demo?k=1"),
    ],
    [
      "FCUnpublish with a whole URL",
      (peer: Peer) => peer.command("FCUnpublish", 0, null, "rtmp://example.com/live//demo"),
    ],
    ["deleteStream by a name with slashes", (peer: Peer) => {
      return peer.command("deleteStream", 0, null, "/demo/");
    }],
    // ActionScript's way to stop, and Wirecast's.
    ["publish with false", (peer: Peer) => peer.streamCommand(1, "publish", false)],
    ["publish without a name", (peer: Peer) => peer.streamCommand(1, "publish", "")],
    ["publish with null", (peer: Peer) => peer.streamCommand(1, "publish", null)],
  ] as const
) {
  Deno.test(`${what} ends a publication, after all that came before`, async () => {
    const peer = await Peer.publish("demo");
    const [publication] = peer.program.publications;
    const tags = Array.fromAsync(publication!.tags);
    peer.sendTags([videoTag(0), videoTag(1)]);
    end(peer);
    peer.sendTags([videoTag(2)]);
    assertEquals(await tags, [videoTag(0), videoTag(1)]);
    assertEquals((await publication!.closed).reason, "unpublished");
    await peer.settled();
    assertEquals(peer.heard, ["NetStream.Unpublish.Success"]);
    assertEquals(peer.counts.discarded, { unpublished: 1 });
    assertEquals(publication!.ledger.balance(), 0);
    // All that is over: a second time there is nothing to end.
    end(peer);
    await peer.settled();
    assertEquals(peer.heard.length, 1);
    assert(!peer.ended);
  });
}

Deno.test("a message stream can be published on again, and an end of before is over", async () => {
  const peer = await Peer.publish("first");
  peer.streamCommand(1, "closeStream");
  peer.publish(1, "second");
  await peer.settled();
  const [first, second] = peer.program.publications;
  // As the server does when the handler of the first has finished.
  first!.close("The application has finished with this stream");
  await peer.settled();
  assertEquals(peer.codes, ["Unpublish.Success", "Publish.Start"]);
  peer.sendTags([videoTag(0)]);
  assertEquals((await second!.tags.getReader().read()).value, videoTag(0));
  assert(!peer.ended);
});

Deno.test("each message stream of a connection publishes under its own name", async () => {
  const peer = await Peer.connect();
  for (const [id, name] of [[1, "one"], [2, "two"], [70_000, "three"]] as const) {
    peer.publish(id, name);
  }
  await peer.settled();
  const all = peer.program.publications.map(({ tags }) => Array.fromAsync(tags));
  peer.sendTags([videoTag(0)], 1);
  peer.sendTags([videoTag(1)], 2);
  peer.sendTags([videoTag(2)], 70_000);
  peer.streamCommand(2, "closeStream");
  peer.sendTags([videoTag(3)], 2);
  peer.sendTags([videoTag(4)], 1);
  peer.end();
  assertEquals(await peer.sessionEnd, {});
  assertEquals(await Promise.all(all), [[videoTag(0), videoTag(4)], [videoTag(1)], [videoTag(2)]]);
  const ends = await Promise.all(peer.program.publications.map(({ closed }) => closed));
  assertEquals(ends.map(({ reason }) => reason), ["disconnected", "unpublished", "disconnected"]);
  assertEquals(peer.program.publications.map(({ path }) => path), [
    "live/one",
    "live/two",
    "live/three",
  ]);
});

Deno.test("a publisher that takes its name from its own other stream goes on", async () => {
  const program = new FakeProgram();
  program.give = () => {
    program.publications.at(-1)?.close("Another publisher has taken over this name");
    return undefined;
  };
  const peer = await Peer.publish("demo", { program });
  peer.publish(2, "demo");
  await peer.settled();
  assertEquals(peer.statuses.map(({ stream, code }) => `${stream} ${code}`), [
    "1 NetStream.Failed",
    "2 NetStream.Publish.Start",
  ]);
  peer.sendTags([videoTag(0)], 2);
  assertEquals((await program.publications[1]!.tags.getReader().read()).value, videoTag(0));
  assert(!peer.ended);
});
