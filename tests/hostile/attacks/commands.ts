/**
 * Peers that call, open, close and take over without end.
 *
 * @module
 */

import { encodeAmf0 } from "../../../src/amf/encode_amf0.ts";
import { concat } from "@std/bytes";
import { writeCommand } from "../../../src/message/command.ts";
import { MessageType, type RtmpMessage } from "../../../src/message/message.ts";
import { repeat } from "../../support/long.ts";
import { mediaMessage, videoTag } from "../../support/media.ts";
import { RawClient, STREAM_ID } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";
import type { Attack } from "../attack.ts";

/** How often something is asked for. */
const ROUNDS = repeat(4_000, 40_000);

/** Sends messages again and again, as fast as the server takes them, until it has closed. */
async function flood(client: RawClient, messages: RtmpMessage[], rounds = ROUNDS): Promise<void> {
  for (let i = 0; i < rounds && !client.ended; i += 50) {
    for (let k = 0; k < 50; k++) client.send(...messages);
    await until("commands to leave", () => client.unsent === 0 || client.ended);
  }
}

/** A command with a payload of the attacker's own. */
function command(payload: Uint8Array, messageStreamId = 0): RtmpMessage {
  const typeId = MessageType.CommandAmf0;
  return { chunkStreamId: 3, messageStreamId, typeId, timestamp: 0, payload };
}

export const attacks: Attack[] = [
  {
    name: "a connection creates streams without end",
    async run({ port, peers }) {
      const client = peers.use(await RawClient.open(port));
      await flood(client, [writeCommand(0, "createStream", 2, null)]);
    },
  },
  {
    name: "a connection is refused to publish again and again",
    async run({ port, peers }) {
      const client = peers.use(await RawClient.open(port));
      client.command("createStream", 2, null);
      await flood(client, [writeCommand(STREAM_ID, "publish", 3, null, "", "live")], ROUNDS / 2);
    },
  },
  {
    name: "a player plays and closes again and again",
    async run({ port, peers }) {
      const client = peers.use(await RawClient.open(port));
      client.command("createStream", 2, null);
      await flood(client, [
        writeCommand(STREAM_ID, "play", 0, null, "honest"),
        writeCommand(STREAM_ID, "closeStream", 0, null),
      ]);
    },
  },
  {
    name: "a publisher publishes and closes again and again, and each time is recorded",
    records: true,
    async run({ port, peers }) {
      const client = peers.use(await RawClient.open(port));
      client.command("createStream", 2, null);
      await flood(client, [
        writeCommand(STREAM_ID, "publish", 0, null, "again", "live"),
        mediaMessage(videoTag(0)),
        writeCommand(STREAM_ID, "closeStream", 0, null),
      ], ROUNDS / 10);
    },
  },
  {
    name: "a player pauses, seeks and turns its picture off and on",
    async run({ port, peers }) {
      const client = peers.use(await RawClient.open(port));
      client.command("createStream", 2, null);
      client.send(writeCommand(STREAM_ID, "play", 0, null, "honest"));
      await flood(client, [
        writeCommand(STREAM_ID, "pause", 0, null, true, 0),
        writeCommand(STREAM_ID, "pause", 0, null, false, 0),
        writeCommand(STREAM_ID, "seek", 0, null, 0),
        writeCommand(STREAM_ID, "receiveVideo", 0, null, false),
        writeCommand(STREAM_ID, "receiveVideo", 0, null, true),
      ], ROUNDS / 2);
    },
  },
  {
    name: "a peer asks for what does not exist and does not read the answers",
    mebibytes: 64,
    async run({ port, peers }) {
      const client = peers.use(await RawClient.open(port));
      client.deafen();
      for (let i = 0; i < 200 && client.unsent < 2 ** 20; i++) {
        for (let k = 0; k < 100; k++) client.command(`noSuch${k}`, 10 + k, null);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    },
  },
  {
    name: "commands carry odd transaction ids and objects where texts belong",
    async run({ port, peers }) {
      const odd = [NaN, -1, Infinity, 2 ** 53, "2", null, {}, [1]];
      const client = peers.use(await RawClient.open(port));
      const calls = ["createStream", "releaseStream", "FCPublish", "_result", "onStatus"];
      await flood(
        client,
        odd.flatMap((id) => calls.map((name) => command(encodeAmf0(name, id, {}, [id])))),
        ROUNDS / 20,
      );
    },
  },
  {
    name: "commands announce strings, objects and arrays of four gigabytes",
    async run({ port, peers }) {
      const lies = [
        [12, 255, 255, 255, 255],
        [10, 255, 255, 255, 255],
        [8, 255, 255, 255, 255],
        [17, 9, 255, 255, 255, 255],
        [17, 10, 255, 255, 255, 255],
        [17, 12, 255, 255, 255, 255],
      ];
      for (let i = 0; i < repeat(60, 600); i++) {
        const client = peers.use(await RawClient.open(port));
        const lie = Uint8Array.from(lies[i % lies.length]!);
        client.send(command(concat([encodeAmf0("x", 0), lie])));
        await client.closed();
      }
    },
  },
  {
    name: "forty encoders fight for one name, and one of them wants the honest one",
    async run({ port, peers }) {
      for (let round = 0; round < repeat(3, 20); round++) {
        await Promise.all(Array.from({ length: 40 }, async (_, i) => {
          const name = i === 0 ? "honest" : "wanted";
          const client = peers.use(await RawClient.open(port, "live", `127.0.0.${2 + i}`));
          client.askToPublish(name);
          client.sendTags([videoTag(0), videoTag(1)]);
          await until("an answer", () => client.ended || client.statuses.length > 0);
        }));
      }
    },
  },
  {
    name: "a peer closes streams that are others'",
    async run({ port, peers }) {
      const client = peers.use(await RawClient.open(port));
      const others = Array.from({ length: 40 }, (_, id) => [
        writeCommand(0, "deleteStream", 0, null, id),
        writeCommand(id, "closeStream", 0, null),
        writeCommand(0, "releaseStream", 0, null, "honest"),
        writeCommand(0, "FCUnpublish", 0, null, "honest"),
        writeCommand(0, "FCUnpublish", 0, null, "live/honest"),
      ]);
      await flood(client, others.flat(), 200);
    },
  },
];
