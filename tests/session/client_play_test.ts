import { assertEquals, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import { RtmpError } from "../../src/errors.ts";
import { writeCommand } from "../../src/message/command.ts";
import { MessageEncoder } from "../../src/message/message_encoder.ts";
import { startPlaying } from "../../src/session/client/play.ts";
import { ClientSession } from "../../src/session/client/client_session.ts";
import { mediaMessage, videoTag } from "../support/media.ts";
import { readAll } from "../support/streams.ts";

Deno.test("ClientPlayback fails after the last tag when the connection has broken", async () => {
  const encoder = new MessageEncoder();
  const begun = { level: "status", code: "NetStream.Play.Start", description: "" };
  const bytes = concat([
    writeCommand(0, "_result", 1, null, 1),
    writeCommand(1, "onStatus", 0, null, begun),
    mediaMessage(videoTag(0)),
    mediaMessage(videoTag(1)),
  ].map((message) => encoder.encode(message)));
  const failure = new Error("Connection reset by peer");
  let closed = 0;
  const session = new ClientSession({
    readable: ReadableStream.from([bytes.subarray(0, -1)]),
    write: () => Promise.resolve(),
    failure,
    readingSince: undefined,
    writingSince: undefined,
    closeWrite: () => Promise.resolve(),
    linger: () => Promise.resolve(),
    close: () => void closed++,
  }, { timeout: 10_000, idleTimeout: Infinity, closeTimeout: 10_000 });
  const playback = await startPlaying(session, {
    hostAndApp: "h:1/live",
    streamName: "cam",
    start: -2000,
  });
  const { items, error } = await readAll(playback.readable);
  assertEquals(items, [videoTag(0)]);
  const text = "Cannot go on playing from h:1/live: read the end of the connection";
  const thrown = await assertRejects(() => Promise.reject(error), RtmpError, text);
  assertEquals([thrown.cause, closed], [failure, 1]);
  assertEquals(await playback.closed.catch((reason) => reason), error);
});
