/**
 * Players and viewers that take slowly, or come again and again, and publishers that make them cost.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { writeCommand } from "../../../src/message/command.ts";
import { setChunkSize } from "../../../src/message/control.ts";
import { MessageType } from "../../../src/message/message.ts";
import { encodeAmf0 } from "../../../src/amf/encode_amf0.ts";
import type { FlvTag } from "../../../src/flv/flv_tag.ts";
import { RawHttpClient } from "../../support/http.ts";
import { repeat } from "../../support/long.ts";
import { videoTag } from "../../support/media.ts";
import { metricsUntil } from "../../support/prometheus.ts";
import { RawClient, STREAM_ID } from "../../support/raw_client.ts";
import type { Attack, Target } from "../attack.ts";
import { answered, expectOpen, taken } from "../flood.ts";

/** Nearly as many frames as are kept for newcomers, all of them at one time. */
const TINY_FRAMES = 9_900;

/** Publishes a stream of which newcomers get as many frames as can be. */
async function publishTinyFrames({ port, http, peers }: Target): Promise<RawClient> {
  const client = peers.use(await RawClient.publish(port, "tiny"));
  client.sendTags([{ ...videoTag(0, 6), timestamp: 0 }]);
  for (let i = 0; i < TINY_FRAMES; i += 100) {
    client.sendTags(Array.from({ length: 100 }, () => ({ ...videoTag(1, 6), timestamp: 0 })));
    await taken(client);
  }
  await metricsUntil(http, "all frames", (metrics) => {
    return metrics.get("sluice_received_frames_total", { media: "video" }) > TINY_FRAMES;
  });
  return client;
}

async function play({ port, peers }: Target, name: string): Promise<RawClient> {
  const player = peers.use(await RawClient.open(port));
  player.command("createStream", 2, null);
  player.send(writeCommand(STREAM_ID, "play", 3, null, name));
  return player;
}

async function consumersOf({ http }: Target, kind: string, count: number): Promise<void> {
  await metricsUntil(http, `${count} consumers`, (metrics) => {
    return metrics.get("sluice_consumers", { kind }) >= count;
  });
}

/** A header of another size and profile each time. */
function header(number: number): FlvTag {
  const data = new Uint8Array(40);
  data.set([0x17, 0, 0, 0, 0, 1, 0x64, number, 0x1f, 0xff, 0xe1, 0, 8]);
  return { type: "video", timestamp: number * 40, data };
}

export const attacks: Attack[] = [
  {
    name: "players read nothing of the honest stream",
    mebibytes: 400,
    async run(target) {
      const players = repeat(100, 300);
      for (let i = 0; i < players; i++) (await play(target, "honest")).deafen();
      // One is honest.
      await consumersOf(target, "rtmp-play", players + 1);
    },
  },
  {
    name: "viewers read nothing, and come again when they are dropped",
    async run(target) {
      const viewers = repeat(100, 300);
      for (let i = 0; i < viewers; i++) {
        const viewer = target.peers.use(await RawHttpClient.connect(target.httpPort));
        viewer.request("GET /live/honest.flv");
        await viewer.text(/^HTTP\/1\.1 200/);
        viewer.stopReading();
        if (i % 2) viewer[Symbol.dispose]();
      }
      // One is honest.
      await consumersOf(target, "http-flv", viewers / 2 + 1);
    },
  },
  {
    name: "players want to be sent a byte at a time",
    async run(target) {
      const players: RawClient[] = [];
      for (let i = 0; i < repeat(50, 200); i++) {
        const player = await play(target, "honest");
        players.push(player);
        // Window Acknowledgement Size and Set Peer Bandwidth of 1 (RTMP 1.0, section 5.4).
        const payload = Uint8Array.of(0, 0, 0, 1);
        const message = { chunkStreamId: 2, messageStreamId: 0, timestamp: 0, payload };
        player.send({ ...message, typeId: 5 });
        player.send({ ...message, typeId: 6, payload: Uint8Array.of(0, 0, 0, 1, 0) });
      }
      await consumersOf(target, "rtmp-play", players.length + 1);
      for (const player of players) expectOpen(player);
    },
  },
  {
    name: "players come and go where a newcomer gets ten thousand frames",
    async run(target) {
      await publishTinyFrames(target);
      for (let i = 0; i < repeat(20, 200); i++) {
        const player = await play(target, "tiny");
        await player.status("NetStream.Play.Start");
        player[Symbol.dispose]();
      }
    },
  },
  {
    name: "viewers come and go where a newcomer gets ten thousand frames",
    async run(target) {
      await publishTinyFrames(target);
      for (let i = 0; i < repeat(20, 200); i++) {
        const { body } = await fetch(`${target.http}/live/tiny.flv`);
        const reader = body!.getReader();
        await reader.read();
        await reader.cancel();
      }
    },
  },
  {
    name: "a publisher changes its header before every frame, and viewers watch",
    async run(target) {
      const publisher = target.peers.use(await RawClient.publish(target.port, "changes"));
      publisher.sendTags([header(0), videoTag(0)]);
      for (let i = 0; i < 10; i++) await play(target, "changes");
      for (let i = 0; i < repeat(1_000, 10_000); i++) {
        publisher.sendTags([header(i % 256), videoTag(i)]);
        if (i % 50 === 0) await taken(publisher);
      }
      await answered(publisher);
    },
  },
  {
    name: "a publisher sends 60 KB of metadata before every frame, and viewers watch",
    async run(target) {
      const publisher = target.peers.use(await RawClient.publish(target.port, "metadata"));
      publisher.send(setChunkSize(60_000));
      const members = Array.from({ length: 3_900 }, (_, i) => [`m${i}`, i]);
      const data = encodeAmf0("onMetaData", Object.fromEntries(members));
      publisher.sendTags([videoTag(0)]);
      for (let i = 0; i < 10; i++) await play(target, "metadata");
      for (let i = 0; i < repeat(100, 1_000); i++) {
        publisher.sendTags([{ type: "script", timestamp: i * 40, data }, videoTag(i)]);
        await taken(publisher);
      }
      await answered(publisher);
    },
  },
  {
    name: "a publisher announces as many tracks as there can be",
    async run({ port, peers }) {
      const publisher = peers.use(await RawClient.publish(port, "tracks"));
      for (let round = 0; round < repeat(10, 100); round++) {
        for (let track = 0; track < 256; track++) {
          // Enhanced RTMP v2: a sequence header of AV1 on one track of many.
          const data = Uint8Array.of(0x96, 0x00, 0x61, 0x76, 0x30, 0x31, track, 0x81, 4, 12, 0, 0);
          publisher.sendTags([{ type: "video", timestamp: round * 40, data }]);
        }
        await taken(publisher);
      }
      await answered(publisher);
    },
  },
  {
    name: "a publisher sends aggregates of frames without a byte, and viewers watch",
    async run(target) {
      const publisher = target.peers.use(await RawClient.publish(target.port, "empty"));
      publisher.send(setChunkSize(60_000));
      publisher.sendTags([videoTag(0)]);
      const { body } = await fetch(`${target.http}/live/empty.flv`);
      const watching = body!.pipeTo(new WritableStream());
      await play(target, "empty");
      // A tag's header and the size after it, of audio with no data.
      const part = Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11);
      const payload = concat(Array(1_000).fill(part));
      for (let i = 0; i < repeat(50, 500); i++) {
        const typeId = MessageType.Aggregate;
        publisher.send({ chunkStreamId: 6, messageStreamId: 1, typeId, timestamp: 0, payload });
        if (i % 10 === 0) await taken(publisher);
      }
      await answered(publisher);
      publisher.command("deleteStream", 0, null, STREAM_ID);
      await watching;
    },
  },
  {
    name: "viewers come and go faster than frames do",
    async run({ http }) {
      for (let i = 0; i < repeat(200, 2_000); i++) {
        const leave = new AbortController();
        const answer = fetch(`${http}/live/honest.flv`, { signal: leave.signal });
        if (i % 2) await (await answer).body!.cancel();
        leave.abort();
        await answer.catch(() => {});
      }
    },
  },
];
