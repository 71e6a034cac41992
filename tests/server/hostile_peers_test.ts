import { assertEquals, assertFalse, assertMatch } from "@std/assert";
import { concat } from "@std/bytes";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import type { ServeRtmpOptions } from "../../src/serve/serve.ts";
import { MessageType, type RtmpMessage } from "../../src/message/message.ts";
import { filled, hex } from "../support/bytes.ts";
import { captureLog } from "../support/log.ts";
import { videoTag } from "../support/media.ts";
import { collect } from "../support/publications.ts";
import { RawClient, STREAM_ID } from "../support/raw_client.ts";
import { until } from "../support/wait.ts";

const text = (characters: string) => new TextEncoder().encode(characters);

/** A message of the connection. */
function message(typeId: number, payload: Uint8Array, messageStreamId = 0): RtmpMessage {
  return { chunkStreamId: 3, messageStreamId, typeId, timestamp: 0, payload };
}

/** A peer that loses its connection by what it sends, and what the log says of it. */
interface HostilePeer {
  name: string;
  /** What it does before. */
  begin: (port: number) => Promise<RawClient>;
  bytes: Uint8Array | RtmpMessage;
  log: RegExp;
  options?: ServeRtmpOptions;
}

const connect = (port: number) => RawClient.connect(port);
const open = (port: number) => RawClient.open(port);
const publish = (port: number) => RawClient.publish(port, "hostile");
const shakeHands = async (port: number) => {
  const client = await RawClient.connect(port);
  await client.handshake();
  return client;
};

const HOSTILE_PEERS: HostilePeer[] = [
  {
    name: "sends garbage instead of a handshake",
    begin: connect,
    bytes: filled(5000),
    log: /RtmpHandshakeError/,
  },
  {
    name: "sends an HTTP request",
    begin: connect,
    bytes: text("GET /live/demo.flv HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    log: /an HTTP request \(GET\)/,
  },
  {
    name: "sends a TLS hello",
    begin: connect,
    bytes: hex("16 0301 00f8 01 0000f4 0303"),
    log: /a TLS hello/,
  },
  {
    name: "sends garbage behind the handshake",
    begin: shakeHands,
    bytes: filled(5000),
    log: /RtmpChunkError/,
  },
  {
    name: "begins a chunk stream with type 3",
    begin: shakeHands,
    bytes: hex("c3 00"),
    log: /RtmpChunkError.*chunk stream 3/,
  },
  {
    name: "sets a chunk size of 0",
    begin: open,
    bytes: hex("02 000000 000004 01 00000000 00000000"),
    log: /RtmpChunkError/,
  },
  {
    name: "announces a message over the limit",
    begin: publish,
    // Chunk stream 6, type 0, time 0, 1,000,001 bytes of video.
    bytes: hex("06 000000 0f4241 09 01000000 1701"),
    options: { maxMessageSize: 1_000_000 },
    log: /RtmpLimitError.*1000001/,
  },
  {
    name: "sends a command that is not AMF",
    begin: open,
    bytes: message(MessageType.CommandAmf0, hex("02 0010 7075626c")),
    log: /AmfError/,
  },
  {
    name: "sends a command without a name",
    begin: open,
    bytes: message(MessageType.CommandAmf0, encodeAmf0(1, 2)),
    log: /RtmpCommandError/,
  },
  {
    name: "sends a command before connect",
    begin: shakeHands,
    bytes: message(MessageType.CommandAmf0, encodeAmf0("createStream", 1, null)),
    log: /RtmpCommandError.*createStream.*connect/,
  },
  {
    name: "publishes under a name of 5,000 characters",
    begin: open,
    bytes: message(
      MessageType.CommandAmf0,
      encodeAmf0("publish", 2, null, "x".repeat(5000), "live"),
      STREAM_ID,
    ),
    log: /RtmpLimitError.*5000 characters/,
  },
];

for (const { name, begin, bytes, log, options } of HOSTILE_PEERS) {
  Deno.test(`a peer that ${name} loses its connection, and only that`, async () => {
    await using captured = await captureLog();
    await using app = collect(options);
    using bystander = await RawClient.publish(app.port, "bystander");
    bystander.sendTags([videoTag(0)]);

    using hostile = await begin(app.port);
    if (bytes instanceof Uint8Array) hostile.write(bytes);
    else hostile.send(bytes);
    await hostile.closed();
    hostile[Symbol.dispose]();
    const complaints = await until("a line in the log", () => {
      const lines = captured.lines("warning", "error", "fatal");
      return lines.length > 0 && lines;
    });
    assertEquals(complaints.length, 1, complaints.join("\n"));
    assertMatch(complaints[0]!, log);

    bystander.sendTags([videoTag(1)]);
    const { tags } = await app.publication(0);
    await until("both tags of the bystander", () => tags.length === 2);
    assertEquals(tags, [videoTag(0), videoTag(1)]);
    assertEquals(app.server.ledger.balance(), 0);
  });
}

Deno.test("a peer that says nothing, or half a handshake, is waited for only so long", async () => {
  await using captured = await captureLog();
  await using app = collect({ handshakeTimeout: 500 });
  using silent = await RawClient.connect(app.port);
  using half = await RawClient.connect(app.port);
  half.write(hex("03 00*700"));
  await silent.closed();
  await half.closed();
  const lines = await until("two lines in the log", () => {
    const lines = captured.lines("warning");
    return lines.length === 2 && lines;
  });
  assertMatch(lines.find((line) => line.includes("read 0 bytes"))!, /RtmpTimeoutError/);
  assertMatch(lines.find((line) => line.includes("read 701 bytes"))!, /RtmpTimeoutError/);
  assertEquals(app.server.ledger.failedHandshakes, 2);
});

const SET_DATA_FRAME = encodeAmf0("@setDataFrame", "onMetaData");

const ODD_MESSAGES: [what: string, message: RtmpMessage, discarded: string][] = [
  ["of type 0", message(0, hex("00")), "unknown-type"],
  ["of type 7", message(7, hex("00")), "unknown-type"],
  ["of type 255", message(255, filled(400)), "unknown-type"],
  ["of an unknown type on the stream", message(99, filled(400), STREAM_ID), "unknown-type"],
  ["of user control with one byte", message(MessageType.UserControl, hex("00")), "malformed"],
  ["of an unknown user control", message(MessageType.UserControl, hex("0063")), "unknown-type"],
  [
    "of metadata that is not AMF",
    message(
      MessageType.DataAmf0,
      concat([SET_DATA_FRAME, hex("08 00000001 0004 6e61")]),
      STREAM_ID,
    ),
    "malformed-metadata",
  ],
  [
    "of an aggregate that is cut short",
    message(MessageType.Aggregate, hex("09 0000ff 000000 00 000000 17"), STREAM_ID),
    "malformed",
  ],
];

for (const [what, odd, discarded] of ODD_MESSAGES) {
  Deno.test(`a message ${what} is counted, and the publication goes on`, async () => {
    await using app = collect();
    using client = await RawClient.publish(app.port, "demo");
    // Metadata is looked for until the first frame.
    client.send(odd);
    client.sendTags([videoTag(0), videoTag(1)]);
    const { publication, tags } = await app.publication(0);
    const frames = () => tags.filter(({ type }) => type === "video");
    await until("both frames", () => frames().length === 2);
    assertEquals(frames(), [videoTag(0), videoTag(1)]);
    assertEquals(publication.ledger.connection.discarded, { [discarded]: 1 });
    assertEquals(publication.ledger.balance(), 0);
    assertFalse(client.ended);
  });
}

Deno.test("an unknown command is refused if it asks for an answer", async () => {
  await using app = collect();
  using client = await RawClient.open(app.port);
  client.command("noSuchThing", 0, null);
  client.command("noSuchThing", 7, null);
  client.command("createStream", 8, null);
  await until("the answer to createStream", () => client.commands.some(([, id]) => id === 8));
  const answers = client.commands.map(([name, id]) => `${name} ${id}`);
  assertEquals(answers, ["_result 1", "_error 7", "_result 8"]);
});
