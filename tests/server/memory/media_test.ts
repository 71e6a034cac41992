import { assert } from "@std/assert";
import { writeCommand } from "../../../src/message/command.ts";
import { setChunkSize } from "../../../src/message/control.ts";
import { repeat } from "../../support/long.ts";
import { RawHttpClient } from "../../support/http.ts";
import { videoTag } from "../../support/media.ts";
import { metricsUntil } from "../../support/prometheus.ts";
import { RawClient, STREAM_ID } from "../../support/raw_client.ts";
import type { ServerProcess } from "../../support/server.ts";
import { testMemory } from "./resident.ts";

/** Mebibytes that the server may keep of all streams, and the flag for that. */
const KEPT = repeat(128, 512);
const ARGS = ["--max-media-memory", String(KEPT)];

/** Streams that would each keep 15 MB: three times as much as may be kept. */
const STREAMS = Math.ceil(3 * KEPT / 15);
const FRAME_SIZE = 500_000;
const FRAMES = 30;

/** Players, viewers over HTTP and viewers over WebSockets, of each so many, that never read. */
const DEAF = repeat(30, 150);

/** What asks for a WebSocket. */
const WEBSOCKET = [
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/** Publishes a keyframe and what follows it, with no end of it. */
async function publishLongGroup(server: ServerProcess, name: string): Promise<RawClient> {
  const client = await RawClient.publish(server.port, name);
  client.send(setChunkSize(60_000));
  client.sendTags([videoTag(0, FRAME_SIZE)]);
  for (let i = 1; i < FRAMES; i++) {
    client.sendTags([{ ...videoTag(1, FRAME_SIZE), timestamp: i }]);
    await client.flushed();
  }
  return client;
}

async function publishAll(server: ServerProcess, peers: DisposableStack): Promise<void> {
  const names = Array.from({ length: STREAMS }, (_, i) => `long${i}`);
  await Promise.all(names.map(async (name) => peers.use(await publishLongGroup(server, name))));
  const { http } = server;
  const metrics = await metricsUntil(http, "all frames", (metrics) => {
    return metrics.get("sluice_received_frames_total", { media: "video" }) > STREAMS * FRAMES;
  });
  assert(metrics.get("sluice_kept_media_bytes") <= KEPT * 2 ** 20);
  assert(metrics.get("sluice_kept_media_let_go_total") > 0);
}

testMemory("what is kept for newcomers takes up what is counted, over all streams", {
  args: ARGS,
  mebibytes: 2 * KEPT + 64,
  attack: publishAll,
});

/** Frames of which many make up what may wait for a player, and frames of which two do. */
const DEAF_TESTS = [
  { what: "frames of 1 MB", size: 1_000_000, group: 25 },
  { what: "frames of 8 MB", size: 8_000_000, group: 3 },
];

for (const { what, size, group } of DEAF_TESTS) {
  testMemory(`${what} for players that never read take up what is counted, over all of them`, {
    args: ARGS,
    mebibytes: 2 * KEPT + 64,
    async attack(server, peers) {
      const { port, http } = server;
      const httpPort = Number(new URL(http).port);
      const publisher = peers.use(await RawClient.publish(port, "large"));
      publisher.send(setChunkSize(60_000));
      const publish = async () => {
        for (let i = 0; i < group; i++) {
          publisher.sendTags([videoTag(i, size)]);
          await publisher.flushed();
        }
      };
      await publish();
      for (let i = 0; i < DEAF; i++) {
        const player = peers.use(await RawClient.open(port));
        player.command("createStream", 2, null);
        player.send(writeCommand(STREAM_ID, "play", 3, null, "large"));
        player.deafen();
        for (const headers of [[], WEBSOCKET]) {
          const viewer = peers.use(await RawHttpClient.connect(httpPort));
          viewer.request("GET /live/large.flv", ...headers);
          viewer.stopReading();
        }
        if (i % 10 === 9) await publish();
      }
      await publish();
      await metricsUntil(http, "consumers", (metrics) => {
        const kinds = ["rtmp-play", "http-flv", "ws-flv"];
        return kinds.every((kind) => metrics.get("sluice_consumers", { kind }) >= DEAF);
      });
    },
  });
}
