/**
 * A server that dies at whatever point of the conversation: the error says with whom, and what was
 * being done; an end that the server has not said is none.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { playRtmp, type RtmpPlayer } from "../../src/client/play.ts";
import { publishRtmp, type RtmpPublisher } from "../../src/client/publish.ts";
import {
  AmfError,
  type ProtocolError,
  RtmpChunkError,
  RtmpCommandError,
  RtmpError,
  RtmpHandshakeError,
} from "../../src/errors.ts";
import { userControl } from "../../src/message/control.ts";
import { MessageType } from "../../src/message/message.ts";
import { audioTag } from "../channel/broadcast.ts";
import { mediaMessage } from "../support/media.ts";
import { ScriptedServer, type ServerEnd } from "../support/scripted_server.ts";
import { readAll } from "../support/streams.ts";
import { within } from "../support/wait.ts";

type Kind = "publish" | "play";
type ErrorClass = new (...args: never[]) => ProtocolError;

interface Point {
  /** What the server does before it closes the connection. */
  until: (end: ServerEnd, kind: Kind) => Promise<unknown>;
  error: ErrorClass;
  /** What was read, as far as it can be known. */
  read: RegExp;
}

const text = (words: string) => new TextEncoder().encode(words);
const garbage = new Uint8Array(300).fill(0xff);
const END = /^the connection ended$/;

/** A command that ends within its name. */
const TORN = {
  chunkStreamId: 3,
  messageStreamId: 0,
  typeId: MessageType.CommandAmf0,
  timestamp: 0,
};

/** Points before the stream has begun. */
const EARLY: Record<string, Point> = {
  "at once": { until: async () => {}, error: RtmpHandshakeError, read: /^0 bytes$/ },
  "within S1": {
    until: async (end) => {
      await end.readBytes(1537);
      await end.write(new Uint8Array(700).fill(3));
    },
    error: RtmpHandshakeError,
    read: /^700 bytes$/,
  },
  "after an answer of HTTP": {
    until: async (end) => {
      await end.readBytes(1537);
      await end.write(text("HTTP/1.1 400 Bad Request\r\n\r\n"));
    },
    error: RtmpHandshakeError,
    read: /HTTP/,
  },
  "after the handshake": { until: (end) => end.handshake(), error: RtmpError, read: END },
  "after the handshake and nonsense": {
    until: async (end) => {
      await end.handshake();
      await end.write(garbage);
    },
    error: RtmpChunkError,
    read: /type 3/,
  },
  "after a torn command": {
    until: async (end) => {
      await end.handshake();
      await end.command("connect");
      await end.send({ ...TORN, payload: Uint8Array.of(2, 0, 7, 0x5f) });
    },
    error: AmfError,
    read: /./,
  },
  "after connect": {
    until: async (end) => {
      await end.handshake();
      await end.command("connect");
    },
    error: RtmpError,
    read: END,
  },
  "after its answer to connect": { until: (end) => end.connected(), error: RtmpError, read: END },
  "after an answer to createStream without a number": {
    until: async (end) => {
      await end.connected();
      await end.answer("createStream", "one");
    },
    error: RtmpCommandError,
    read: /without a number/,
  },
  "after the last command": {
    until: async (end, kind) => {
      await end.created();
      await end.command(kind);
    },
    error: RtmpError,
    read: END,
  },
};

/** Points after it has begun. */
const LATE: Record<string, Point> = {
  "when it has begun": { until: async () => {}, error: RtmpError, read: END },
  "within a message": {
    until: (end) => end.write(Uint8Array.of(4, 0, 0, 0, 0, 0, 100, 8, 1, 0, 0, 0, 0xaf, 1)),
    error: RtmpError,
    read: END,
  },
  "with nonsense": { until: (end) => end.write(garbage), error: RtmpChunkError, read: /type 3/ },
  "with a torn command": {
    until: (end) => end.send({ ...TORN, payload: Uint8Array.of(2, 0, 7, 0x5f) }),
    error: AmfError,
    read: /./,
  },
};

function check(error: ProtocolError, { error: Expected, read }: Point, place: string): void {
  assert(error instanceof Expected, String(error));
  assert(error.message.startsWith("Cannot ") && error.message.includes(place), error.message);
  assert(read.test(error.read ?? ""), error.message);
}

for (const [kind, connect] of [["publish", publishRtmp], ["play", playRtmp]] as const) {
  for (const [name, point] of Object.entries(EARLY)) {
    Deno.test(`${connect.name}() names the server that dies ${name}`, async () => {
      await using server = new ScriptedServer(async (end) => void await point.until(end, kind));
      const error = await assertRejects(() => connect(server.url()), RtmpError);
      check(error, point, `127.0.0.1:${server.port}`);
    });
  }
}

for (const [name, point] of Object.entries(LATE)) {
  Deno.test(`a publication to a server that dies ${name} has failed, wherever it is asked`, async () => {
    await using server = new ScriptedServer(async (end) => {
      await end.begun("publish");
      await point.until(end, "publish");
    });
    const place = `127.0.0.1:${server.port}/live`;
    const publisher: RtmpPublisher = await publishRtmp(server.url());
    const error = await assertRejects(() => within("the end", publisher.closed), RtmpError);
    check(error, point, place);
    for (const ask of [() => publisher.close(), () => publisher.writable.getWriter().closed]) {
      assertEquals(await ask().catch((reason) => reason), error);
    }
    await publisher[Symbol.asyncDispose]();
  });

  Deno.test(`a playback from a server that dies ${name} fails after what came`, async () => {
    await using server = new ScriptedServer(async (end) => {
      await end.begun("play");
      await end.send(userControl(0, 1), mediaMessage(audioTag(0)), mediaMessage(audioTag(23)));
      await point.until(end, "play");
    });
    const player: RtmpPlayer = await playRtmp(server.url());
    const { items, error } = await readAll(player.readable);
    assertEquals(items, [audioTag(0), audioTag(23)]);
    check(error as ProtocolError, point, `127.0.0.1:${server.port}/live`);
    assertEquals(await player.closed.catch((reason) => reason), error);
    await player.close();
    await player[Symbol.asyncDispose]();
  });
}
