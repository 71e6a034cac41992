import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { RtmpLimitError } from "../../src/errors.ts";
import { FakeProgram } from "./fake_program.ts";
import { Peer } from "./peer.ts";

/** A command of the connection, what it brings along, and what its answer holds. */
type Row = [name: string, args: unknown[], answer: unknown[]];

const UNKNOWN = (name: string) => [
  "_error",
  7,
  null,
  {
    level: "error",
    code: "NetConnection.Call.Failed",
    description: `Unknown command: ${name}`,
  },
];

const COMMANDS: Row[] = [
  ["createStream", [null], ["_result", 7, null, 1]],
  ["releaseStream", [null, "demo"], ["_result", 7, null, undefined]],
  ["FCPublish", [null, "demo"], ["_result", 7, null, undefined]],
  ["FCUnpublish", [null, "demo"], ["_result", 7, null, undefined]],
  ["FCSubscribe", [null, "demo"], ["_result", 7, null, undefined]],
  ["_checkbw", [null], ["_result", 7, null, undefined]],
  ["getStreamLength", [null, "demo"], ["_result", 7, null, 0]],
  ["multiply", [null, 6, 7], UNKNOWN("multiply")],
  ["", [null], UNKNOWN("")],
  ["__proto__", [null], UNKNOWN("__proto__")],
  ["toString", [null], UNKNOWN("toString")],
  ["connect", [{ app: "other" }], [
    "_error",
    7,
    null,
    {
      level: "error",
      code: "NetConnection.Call.Failed",
      description: "Already connected",
    },
  ]],
];

for (const [name, args, answer] of COMMANDS) {
  Deno.test(`${name || "a command without a name"} is answered if it asks for an answer`, async () => {
    const peer = await Peer.connect();
    peer.command(name, 0, ...args);
    await peer.settled();
    assertEquals(peer.messages, []);
    const other = await Peer.connect();
    other.command(name, 7, ...args);
    await other.settled();
    assertEquals(other.commands, [answer]);
    assertEquals(other.messages.map(({ chunkStreamId }) => chunkStreamId), [3]);
    assert(!other.ended);
  });
}

for (const name of ["_result", "_error", "onStatus", "onBWDone"]) {
  Deno.test(`${name} gets no answer`, async () => {
    const peer = await Peer.connect();
    peer.command(name, 7, null);
    peer.command("createStream", 8, null);
    await peer.settled();
    assertEquals(peer.heard, ["_result 8"]);
  });
}

const STREAM_COMMANDS: [name: string, argument: unknown][] = [
  ["pause", true],
  ["pauseRaw", true],
  ["seek", 1000],
  ["receiveAudio", true],
  ["receiveVideo", true],
  ["closeStream", undefined],
  ["deleteStream", 1],
  ["deleteStream", 99],
  ["deleteStream", "demo"],
  ["deleteStream", null],
  ["FCUnpublish", 5],
];

for (const [name, argument] of STREAM_COMMANDS) {
  Deno.test(`${name} ${argument} changes nothing while nothing is published or played`, async () => {
    const peer = await Peer.connect();
    peer.command("createStream", 2, null);
    peer.streamCommand(1, name, argument);
    peer.streamCommand(77, name, argument);
    peer.command("createStream", 3, null);
    await peer.settled();
    assertEquals(peer.heard, ["_result 2", "_result 3"]);
    assertEquals(peer.program.requests, []);
  });
}

Deno.test("close ends the connection, and what it carries is unpublished", async () => {
  const peer = await Peer.publish("demo");
  peer.command("close", 0, null);
  assertEquals(await peer.sessionEnd, {});
  const { reason } = await peer.program.publications[0]!.closed;
  assertEquals(reason, "unpublished");
});

Deno.test("createStream gives an id that is not in use", async () => {
  const peer = await Peer.connect();
  // Some clients publish on a message stream that they have not asked for.
  peer.publish(1, "first");
  peer.publish(3, "third");
  for (const id of [2, 3]) peer.command("createStream", id, null);
  await peer.settled();
  const answers = peer.commands.filter(([name]) => name === "_result");
  assertEquals(answers.map(([, , , id]) => id), [2, 4]);
});

Deno.test("createStream is accepted without end, if each stream is deleted", async () => {
  const peer = await Peer.connect({ limits: { maxMessageStreams: 2 } });
  for (let id = 1; id <= 100; id++) {
    peer.command("createStream", id, null);
    peer.command("deleteStream", 0, null, id);
  }
  await peer.settled();
  assertEquals(peer.commands.at(-1), ["_result", 100, null, 100]);
});

Deno.test("more message streams than allowed end the connection, with a status on each", async () => {
  const program = new FakeProgram();
  const peer = await Peer.connect({ program, limits: { maxMessageStreams: 2 } });
  peer.publish(1, "demo");
  peer.command("createStream", 1, null);
  peer.command("createStream", 2, null);
  const { error } = await peer.sessionEnd;
  assertInstanceOf(error, RtmpLimitError);
  assertEquals(
    peer.statuses.slice(1),
    [1, 2].map((stream) => ({
      stream,
      level: "error",
      code: "NetStream.Failed",
      description: error.message,
    })),
  );
  const end = await program.publications[0]!.closed;
  assertEquals(end, { reason: "failed", description: error.message, error });
});

Deno.test("connect to an app that the program does not admit is rejected with its words", async () => {
  const program = new FakeProgram();
  const asked: string[] = [];
  program.letIn = (app) => {
    asked.push(app);
    return { description: "code=403 need auth" };
  };
  const peer = new Peer({ program });
  peer.command("connect", 1, { app: "live?authmod=adobe", tcUrl: "rtmp://example.com/live" });
  peer.publish(1, "demo");
  assertEquals(await peer.sessionEnd, {});
  assertEquals(asked, ["live?authmod=adobe"]);
  assertEquals(peer.commands, [["_error", 1, null, {
    level: "error",
    code: "NetConnection.Connect.Rejected",
    description: "code=403 need auth",
  }]]);
  assertEquals(program.requests, []);
});
