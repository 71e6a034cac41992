/**
 * Peers that make the server hold as much memory as they can, all of them together.
 *
 * @module
 */

import { assert } from "@std/assert";
import { encodeAmf0 } from "../../../src/amf/encode_amf0.ts";
import { concat } from "@std/bytes";
import { writeCommand } from "../../../src/message/command.ts";
import { setChunkSize } from "../../../src/message/control.ts";
import { MessageType } from "../../../src/message/message.ts";
import { MessageEncoder } from "../../../src/message/message_encoder.ts";
import { flvBytes, RawHttpClient } from "../../support/http.ts";
import { repeat } from "../../support/long.ts";
import { mediaMessage, videoTag } from "../../support/media.ts";
import { metricsUntil } from "../../support/prometheus.ts";
import { RawClient, STREAM_ID } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";
import type { Attack, Target } from "../attack.ts";
import { UPGRADE } from "../../support/websocket.ts";

const MEBIBYTE = 2 ** 20;

/** Publishers that each send 12 MB of a frame of 16 MB and then nothing. */
const PUBLISHERS = repeat(40, 100);
const FRAME = { ...videoTag(0), data: new Uint8Array(16_000_000).fill(0x5a) };
const PART = 12_000_000;

/** Mebibytes that the server may keep of all streams, and what asks for it. */
const KEPT = repeat(128, 512);
const ARGS = ["--max-media-memory", String(KEPT)];

/** Streams that would each keep 15 MB: three times as much as may be kept. */
const STREAMS = Math.ceil(3 * KEPT / 15);
const FRAMES = 30;
const FRAME_SIZE = 500_000;

/** Players, viewers over HTTP and viewers over WebSockets, of each so many, that never read. */
const DEAF = repeat(30, 150);

/** Waits until all has left for the server, or the server has closed. */
async function sent(client: RawClient | RawHttpClient): Promise<void> {
  await until("what is sent to leave", () => {
    return client.unsent === 0 || (client instanceof RawClient ? client.ended : client.closed);
  });
}

async function untilCut(http: string, protocol: "rtmp" | "http"): Promise<void> {
  await metricsUntil(http, "those to be cut off that are too many", (metrics) => {
    const name = `sluice_${protocol}_connections_refused_total`;
    return metrics.get(name, { reason: "too-much-unfinished" }) >=
      PUBLISHERS - 256 * MEBIBYTE / PART;
  });
}

/** Publishes a keyframe and what follows it, with no end of it. */
async function publishLongGroup({ port, peers }: Target, name: string): Promise<void> {
  const client = peers.use(await RawClient.publish(port, name));
  client.send(setChunkSize(60_000));
  client.sendTags([videoTag(0, FRAME_SIZE)]);
  for (let i = 1; i < FRAMES; i++) {
    client.sendTags([{ ...videoTag(1, FRAME_SIZE), timestamp: i }]);
    await client.flushed();
  }
}

/** Lets many watch frames of a size without reading, while the publisher sends groups of them. */
async function watchUnread(target: Target, size: number, group: number): Promise<void> {
  const { port, http, httpPort, peers } = target;
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
    for (const headers of [[], UPGRADE]) {
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
}

/** 8 MB with one frame of 6 bytes in them, and a part of a type that does not exist. */
function pinningAggregate(): Uint8Array {
  const frame = [9, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0x27, 1, 0, 0, 0, 0, 0, 0, 0, 17];
  const filler = new Uint8Array(11 + 8_000_000 + 4);
  filler.set([13, 8_000_000 >> 16, 8_000_000 >> 8 & 0xff, 8_000_000 & 0xff]);
  return concat([Uint8Array.from(frame), filler]);
}

export const attacks: Attack[] = [
  {
    name: "messages that never end fill what may be unfinished, over all RTMP connections",
    mebibytes: 2 * 256,
    async run({ port, http, peers }) {
      const encoder = new MessageEncoder({ chunkSize: 60_000 });
      const part = encoder.encode(mediaMessage(FRAME)).subarray(0, PART);
      await Promise.all(Array.from({ length: PUBLISHERS }, async (_, i) => {
        const client = peers.use(await RawClient.publish(port, `big${i}`));
        client.send(setChunkSize(60_000));
        client.write(part);
        await sent(client);
      }));
      await untilCut(http, "rtmp");
    },
  },
  {
    name: "bodies that end in no tag fill what may be unfinished, over all PUTs",
    mebibytes: 2 * 256,
    async run({ http, httpPort, peers }) {
      const part = flvBytes([FRAME]).subarray(0, PART);
      await Promise.all(Array.from({ length: PUBLISHERS }, async (_, i) => {
        const client = peers.use(await RawHttpClient.connect(httpPort));
        client.request(`PUT /live/big${i}.flv`, "Content-Length: 20000000");
        client.write(part);
        await sent(client);
      }));
      await untilCut(http, "http");
    },
  },
  {
    name: "streams are published that would keep three times what may be kept",
    args: ARGS,
    mebibytes: 2 * KEPT + 64,
    async run(target) {
      const names = Array.from({ length: STREAMS }, (_, i) => `long${i}`);
      await Promise.all(names.map((name) => publishLongGroup(target, name)));
      const metrics = await metricsUntil(target.http, "all frames", (metrics) => {
        return metrics.get("sluice_received_frames_total", { media: "video" }) > STREAMS * FRAMES;
      });
      assert(metrics.get("sluice_kept_media_bytes") <= KEPT * MEBIBYTE);
      assert(metrics.get("sluice_kept_media_let_go_total") > 0);
    },
  },
  {
    name: "players and viewers never read frames of 1 MB",
    args: ARGS,
    mebibytes: 2 * KEPT + 64,
    run: (target) => watchUnread(target, 1_000_000, 25),
  },
  {
    name: "players and viewers never read frames of 8 MB",
    args: ARGS,
    mebibytes: 2 * KEPT + 64,
    run: (target) => watchUnread(target, 8_000_000, 3),
  },
  {
    name: "aggregates of 8 MB each hold a frame of 6 bytes",
    mebibytes: 160,
    async run({ port, http, peers }) {
      const client = peers.use(await RawClient.publish(port, "aggregates"));
      client.send(setChunkSize(60_000));
      client.sendTags([videoTag(0)]);
      const payload = pinningAggregate();
      for (let i = 0; i < 60; i++) {
        const typeId = MessageType.Aggregate;
        client.send({ chunkStreamId: 6, messageStreamId: 1, typeId, timestamp: 0, payload });
        await client.flushed();
      }
      await metricsUntil(http, "all aggregates", (metrics) => {
        return metrics.get("sluice_received_bytes_total") > 60 * 8_000_000;
      });
    },
  },
  {
    name: "as much metadata as is read is published in 2,560 streams",
    // What is kept for newcomers; 20 KiB for each publication; and what is read of 16 MiB of
    // metadata, which takes four times as much.
    mebibytes: 2 * (256 + 80 * 32 * 20 / 1024 + 4 * 16) + 128,
    // Less than there is would make a viewer who falls behind on a busy machine lose frames.
    args: ["--max-media-memory", "256"],
    async run({ port, http, peers }) {
      const members = Array.from({ length: 4_000 }, (_, i) => [`m${i}`, i]);
      const data = encodeAmf0("onMetaData", Object.fromEntries(members));
      await Promise.all(Array.from({ length: 80 }, async (_, number) => {
        const client = peers.use(await RawClient.open(port));
        client.send(setChunkSize(60_000));
        for (let id = 1; id <= 32; id++) {
          client.command("createStream", id + 1, null);
          client.send(writeCommand(id, "publish", 3, null, `meta${number}-${id}`, "live"));
        }
        await until("all publications", () => client.statuses.length >= 32);
        for (let id = 1; id <= 32; id++) {
          client.send(mediaMessage({ type: "script", timestamp: 0, data }, id));
        }
        await client.flushed();
      }));
      await metricsUntil(http, "all metadata", (metrics) => {
        return metrics.get("sluice_received_bytes_total") > 80 * 32 * 62_000;
      });
      const answer = await fetch(`${http}/api/v1/streams`);
      assert(answer.ok && (await answer.text()).length > 80 * 32);
    },
  },
];
