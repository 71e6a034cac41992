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
import { MessageEncoder } from "../../../src/message/message_encoder.ts";
import { MessageType } from "../../../src/message/message.ts";
import { chunkBytes } from "../../support/chunk_bytes.ts";
import { repeat } from "../../support/long.ts";
import { mediaMessage, videoTag } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";
import type { Attack, Target } from "../attack.ts";

/** Bytes that are sent in one attack. */
const FLOOD = repeat(4, 40) * 2 ** 20;

/** Publishes, and sends bytes again and again until it has sent enough, or is cut off. */
async function flood({ port, peers }: Target, piece: Uint8Array, bytes = FLOOD): Promise<void> {
  const client = peers.use(await RawClient.publish(port, "flood"));
  const large = piece.length > 60_000
    ? piece
    : concat(Array(Math.ceil(60_000 / piece.length)).fill(piece));
  for (let sent = 0; sent < bytes && !client.ended; sent += large.length) {
    client.write(large);
    await until("bytes to leave", () => client.unsent === 0 || client.ended);
  }
}

/** Bytes of a control message, as a sender that never changes its chunk size writes it. */
function control(typeId: number, payload: number[]): Uint8Array {
  return Uint8Array.from(chunkBytes({
    ...{ format: 0, chunkStreamId: CONTROL_CHUNK_STREAM, typeId },
    payload: Uint8Array.from(payload),
  }));
}

/** A video frame in chunks of one byte each, behind Set Chunk Size. */
function inSingleBytes(size: number): Uint8Array {
  const encoder = new MessageEncoder();
  const begin = encoder.encode(setChunkSize(1));
  return concat([begin, encoder.encode(mediaMessage(videoTag(1, size)))]);
}

export const attacks: Attack[] = [
  {
    name: "a publisher sends chunks of one byte",
    run: (target) => flood(target, inSingleBytes(100_000)),
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
      await flood(target, concat([Uint8Array.from(first), again]));
    },
  },
  {
    name: "a publisher has messages open on every chunk stream there is",
    mebibytes: 64,
    async run(target) {
      const pieces: Uint8Array[] = [];
      for (let id = 3; id < 65_600; id++) {
        pieces.push(Uint8Array.from(chunkBytes({
          ...{ format: 0, chunkStreamId: id, typeId: 9, messageStreamId: 1, length: 1_000 },
          payload: new Uint8Array(128),
        })));
      }
      for (let i = 0; i < 5; i++) await flood(target, concat(pieces), 1);
    },
  },
  {
    name: "a publisher sets another chunk size before every byte",
    run: (target) =>
      flood(
        target,
        concat([
          control(MessageType.SetChunkSize, [0, 0, 0, 128]),
          control(MessageType.SetChunkSize, [0, 1, 0, 0]),
        ]),
      ),
  },
  {
    name: "a publisher aborts messages that it has not begun",
    run: (target) => flood(target, control(MessageType.Abort, [0, 0, 0, 6])),
  },
  {
    name: "a publisher wants every byte acknowledged, and reads nothing",
    mebibytes: 64,
    async run({ port, peers }) {
      const client = peers.use(await RawClient.publish(port, "acknowledged"));
      client.deafen();
      client.send(windowAcknowledgementSize(1), setPeerBandwidth(1));
      for (let i = 0; i < repeat(2_000, 20_000) && !client.ended; i++) {
        client.sendTags([videoTag(i, 1_000)]);
        if (i % 50 === 0) {
          await until("frames to leave", () => client.unsent < 2 ** 20 || client.ended);
        }
      }
    },
  },
  {
    name: "a peer pings without end, and reads no answer",
    mebibytes: 64,
    async run({ port, peers }) {
      const client = peers.use(await RawClient.open(port));
      client.deafen();
      const ping = userControl(UserControlEvent.PingRequest, 1);
      for (let i = 0; i < repeat(200, 2_000) && client.unsent < 2 ** 20 && !client.ended; i++) {
        client.send(...Array(100).fill(ping));
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    },
  },
  {
    name: "a publisher's times go forwards and back by weeks, and it is recorded",
    records: true,
    async run({ port, peers }) {
      const client = peers.use(await RawClient.publish(port, "jumps"));
      for (let i = 0; i < repeat(2_000, 20_000); i++) {
        client.sendTags([{ ...videoTag(i), timestamp: i % 3 * 0x7fffffff }]);
        if (i % 100 === 0) await client.flushed();
      }
    },
  },
];
