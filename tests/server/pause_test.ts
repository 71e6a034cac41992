/**
 * Players that pause: they read nothing meanwhile, and answer nothing.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { writeCommand } from "../../src/message/command.ts";
import { userControl, UserControlEvent } from "../../src/message/control.ts";
import { MessageType } from "../../src/message/message.ts";
import type { RtmpConnection, ServeRtmpOptions } from "../../src/serve/serve.ts";
import { FakeSource } from "../session/fake_program.ts";
import { captureLog } from "../support/log.ts";
import { videoTag } from "../support/media.ts";
import { serveOnLoopback } from "../support/publications.ts";
import { RawClient, STREAM_ID } from "../support/raw_client.ts";
import { turns } from "../support/streams.ts";
import { until } from "../support/wait.ts";

/** Bytes of a tag: several of them may wait for the write before them. */
const TAG_BYTES = 32 * 1024;

/** How long a write may take before it counts as one that the client does not take, in milliseconds. */
const BLOCKED = 500;

/** A server whose players get a source of the test. */
function serve(options: ServeRtmpOptions) {
  const sources: FakeSource[] = [];
  const play = () => {
    const source = new FakeSource();
    sources.push(source);
    return source;
  };
  const server = serveOnLoopback(
    { play, ...options },
    ({ tags }) => tags.pipeTo(new WritableStream()),
  );
  return {
    server,
    /** A player, and what it plays. */
    async play(): Promise<{ client: RawClient; source: FakeSource }> {
      const client = await RawClient.open(server.addr.port);
      client.send(writeCommand(STREAM_ID, "play", 0, null, "demo"));
      await client.status("NetStream.Play.Start");
      return { client, source: sources.at(-1)! };
    },
  };
}

async function pause(
  { client, source }: { client: RawClient; source: FakeSource },
  paused: boolean,
) {
  const { length } = source.told;
  client.send(writeCommand(STREAM_ID, "pause", 0, null, paused, 0));
  await until("the pause", () => source.told.length > length);
}

Deno.test("a player that has paused may be silent and deaf, and has time anew when it resumes", async () => {
  const { server, play } = serve({ timeout: 2_000, pauseTimeout: 120_000 });
  const paused = await play();
  const silent = await play();
  paused.client.deafen();
  const shown = await fill(server.connections[0]!, paused.source);
  await pause(paused, true);
  // The other one is measured by the same checks, and not excused.
  await silent.client.closed();
  assertEquals(server.connections.length, 1);

  await pause(paused, false);
  await checks(await play(), 2);
  paused.client.hearAgain();
  await until("all frames", () => videoOf(paused.client) === shown);
  assert(!paused.client.ended);
  for (const { client } of [paused, silent]) client[Symbol.dispose]();
  await server.shutdown();
});

Deno.test("a player that has paused for too long is closed", async () => {
  await using log = await captureLog();
  const { server, play } = serve({ timeout: 500, pauseTimeout: 1_500 });
  const player = await play();
  await pause(player, true);
  await player.client.closed();
  await server.shutdown();
  const [line] = log.lines("warning");
  assertMatch(line!, /Peer timed out: nothing received for 1.5 s/);
});

Deno.test("a paused player that publishes as well is measured as a publisher", async () => {
  const { server, play } = serve({ timeout: 500, pauseTimeout: 120_000 });
  const player = await play();
  await pause(player, true);
  player.client.send(writeCommand(2, "publish", 0, null, "own"));
  await player.client.status("NetStream.Publish.Start");
  await player.client.closed();
  await server.shutdown();
});

/** Shows tags until a write waits for the client; returns how many. */
async function fill(connection: RtmpConnection, source: FakeSource): Promise<number> {
  for (let shown = 0;; shown++) {
    const { bytesSent } = connection;
    source.show(videoTag(shown, TAG_BYTES));
    const deadline = performance.now() + BLOCKED;
    while (connection.bytesSent === bytesSent) {
      if (performance.now() > deadline) return shown + 1;
      await turns(1);
    }
  }
}

/** Waits until the server has looked at its connections, by the pings that it then sends. */
async function checks({ client }: { client: RawClient }, count: number): Promise<void> {
  let answered = 0;
  await until(`${count} pings`, () => {
    const pings = client.messages.filter(isPing).length;
    for (; answered < pings; answered++) {
      client.send(userControl(UserControlEvent.PingResponse, 0));
    }
    return answered >= count;
  });
  client[Symbol.dispose]();
}

function isPing({ typeId, payload }: { typeId: number; payload: Uint8Array }): boolean {
  return typeId === MessageType.UserControl && payload[1] === UserControlEvent.PingRequest;
}

function videoOf({ messages }: RawClient): number {
  return messages.filter(({ typeId }) => typeId === MessageType.Video).length;
}
