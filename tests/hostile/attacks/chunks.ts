/**
 * Peers that make the most of how RTMP cuts messages into chunks (RTMP 1.0, section 5.3).
 *
 * @module
 */

import { concat } from "@std/bytes";
import {
  CONTROL_CHUNK_STREAM,
  setChunkSize,
  setPeerBandwidth,
  userControl,
  UserControlEvent,
  windowAcknowledgementSize,
} from "../../../src/message/control.ts";
import { MessageType } from "../../../src/message/message.ts";
import { chunkBytes } from "../../support/chunk_bytes.ts";
import { repeat } from "../../support/long.ts";
import { mediaMessage, videoTag } from "../../support/media.ts";
import { metricsUntil } from "../../support/prometheus.ts";
import { RawClient } from "../../support/raw_client.ts";
import type { Attack, Target } from "../attack.ts";
import { answered, encoded, floodAnew, floodAnswered, floodUnread, taken } from "../flood.ts";

/** Bytes that are sent in one attack. */
const FLOOD = repeat(1, 10) * 2 ** 20;

/** Publishes, and sends bytes again and again, all of which the server takes. */
async function publishFlood({ port, peers }: Target, piece: Uint8Array, chunkSize = 128) {
  const client = peers.use(await RawClient.publish(port, "flood"));
  client.send(setChunkSize(chunkSize));
  await floodAnswered(client, piece, Math.ceil(FLOOD / piece.length));
}

/** Waits until a publication has had so many frames. */
async function received({ http }: Target, name: string, frames: number): Promise<void> {
  await metricsUntil(http, `${frames} frames of ${name}`, (metrics) => {
    const labels = { stream: `live/${name}`, media: "video" };
    return metrics.get("sluice_stream_received_frames_total", labels) === frames;
  });
}

/** Bytes of a control message, as a sender that never changes its chunk size writes it. */
function control(typeId: number, payload: number[]): Uint8Array {
  return Uint8Array.from(chunkBytes({
    ...{ format: 0, chunkStreamId: CONTROL_CHUNK_STREAM, typeId },
    payload: Uint8Array.from(payload),
  }));
}

export const attacks: Attack[] = [
  {
    name: "a publisher sends chunks of one byte",
    run: (target) => publishFlood(target, encoded([mediaMessage(videoTag(1, 100_000))], 1), 1),
  },
  {
    name: "a publisher sends empty messages of a byte each",
    async run(target) {
      // Type 3 chunks that each begin a new message as empty as the first one.
      const first = chunkBytes({
        ...{ format: 0, chunkStreamId: 6, typeId: 9, messageStreamId: 1, time: 0, length: 0 },
        payload: new Uint8Array(0),
      });
      const again = new Uint8Array(200_000).fill(0xc6);
      await publishFlood(target, concat([Uint8Array.from(first), again]));
    },
  },
  {
    name: "publishers open messages on every chunk stream there is, and are cut off",
    mebibytes: 128,
    async run({ port }) {
      const pieces: Uint8Array[] = [];
      for (let id = 3; id < 65_600; id++) {
        pieces.push(Uint8Array.from(chunkBytes({
          ...{ format: 0, chunkStreamId: id, typeId: 9, messageStreamId: 1, length: 1_000 },
          payload: new Uint8Array(128),
        })));
      }
      const piece = concat(pieces);
      await floodAnew(async () => {
        const client = await RawClient.publish(port, "flood");
        client.write(piece);
        return client;
      }, repeat(20, 200));
    },
  },
  {
    name: "a publisher sets another chunk size before every byte",
    run: (target) =>
      publishFlood(
        target,
        concat([
          control(MessageType.SetChunkSize, [0, 0, 0, 128]),
          control(MessageType.SetChunkSize, [0, 1, 0, 0]),
        ]),
      ),
  },
  {
    name: "a publisher aborts messages that it has not begun",
    run: (target) => publishFlood(target, control(MessageType.Abort, [0, 0, 0, 6])),
  },
  {
    name: "a publisher wants every byte acknowledged, and reads nothing",
    mebibytes: 128,
    async run(target) {
      const client = target.peers.use(await RawClient.publish(target.port, "acknowledged"));
      client.deafen();
      client.send(windowAcknowledgementSize(1), setPeerBandwidth(1));
      const frames = repeat(2_000, 20_000);
      for (let i = 0; i < frames; i++) {
        client.sendTags([videoTag(i, 1_000)]);
        if (i % 50 === 0) await taken(client);
      }
      await received(target, "acknowledged", frames);
    },
  },
  {
    name: "a peer pings without end, and reads no answer",
    mebibytes: 128,
    async run({ port, peers }) {
      const client = peers.use(await RawClient.open(port));
      client.deafen();
      const ping = encoded([userControl(UserControlEvent.PingRequest, 1)]);
      await floodUnread(client, ping);
    },
  },
  {
    name: "a publisher's times go forwards and back by weeks, and it is recorded",
    records: true,
    async run(target) {
      const client = target.peers.use(await RawClient.publish(target.port, "jumps"));
      const frames = repeat(2_000, 20_000);
      for (let i = 0; i < frames; i++) {
        client.sendTags([{ ...videoTag(i), timestamp: i % 3 * 0x7fffffff }]);
        if (i % 100 === 0) await taken(client);
      }
      await answered(client);
      await received(target, "jumps", frames);
    },
  },
];
