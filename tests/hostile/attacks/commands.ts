/**
 * Peers that call, open, close and take over without end.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { encodeAmf0 } from "../../../src/amf/encode_amf0.ts";
import { concat } from "@std/bytes";
import { writeCommand } from "../../../src/message/command.ts";
import { MessageType, type RtmpMessage } from "../../../src/message/message.ts";
import { repeat } from "../../support/long.ts";
import { mediaMessage, videoTag } from "../../support/media.ts";
import { RawClient, STREAM_ID } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";
import type { Attack } from "../attack.ts";
import { encoded, floodAnew, floodAnswered, floodUnread } from "../flood.ts";
import { recorded } from "../recorded.ts";

/** How often something is asked for. */
const ROUNDS = repeat(4_000, 40_000);

/** Publications that are recorded, and how many on a connection: those that end are settled later. */
const RECORDINGS = ROUNDS / 10;
const PUBLICATIONS_AT_ONCE = 16;

/** A command with a payload of the attacker's own. */
function command(payload: Uint8Array, messageStreamId = 0): RtmpMessage {
  const typeId = MessageType.CommandAmf0;
  return { chunkStreamId: 3, messageStreamId, typeId, timestamp: 0, payload };
}

export const attacks: Attack[] = [
  {
    name: "connections create streams without end, and are cut off",
    async run({ port }) {
      const piece = encoded(Array(100).fill(writeCommand(0, "createStream", 2, null)));
      await floodAnew(async () => {
        const client = await RawClient.open(port);
        client.write(piece);
        return client;
      }, ROUNDS / 40);
    },
  },
  {
    name: "a connection that plays is refused to publish again and again",
    async run({ port, peers }) {
      const client = peers.use(await RawClient.open(port));
      client.command("createStream", 2, null);
      client.command("createStream", 3, null);
      client.send(writeCommand(STREAM_ID, "play", 0, null, "honest"));
      const publish = writeCommand(STREAM_ID + 1, "publish", 3, null, "a/../b", "live");
      await floodAnswered(client, encoded([publish]), ROUNDS / 2);
      const refusals = client.statuses.filter(({ code }) => code === "NetStream.Publish.Denied");
      assertEquals(refusals.length, ROUNDS / 2);
    },
  },
  {
    name: "connections are refused to publish, and are cut off",
    async run({ port }) {
      const piece = encoded([
        writeCommand(0, "createStream", 2, null),
        ...Array(100).fill(writeCommand(STREAM_ID, "publish", 3, null, "a/../b", "live")),
      ]);
      await floodAnew(async () => {
        const client = await RawClient.open(port);
        client.write(piece);
        return client;
      }, ROUNDS / 40);
    },
  },
  {
    name: "a player plays and closes again and again",
    async run({ port, peers }) {
      const client = peers.use(await RawClient.open(port));
      client.command("createStream", 2, null);
      const piece = encoded([
        writeCommand(STREAM_ID, "play", 0, null, "honest"),
        writeCommand(STREAM_ID, "closeStream", 0, null),
      ]);
      await floodAnswered(client, piece, ROUNDS);
      const plays = client.statuses.filter(({ code }) => code === "NetStream.Play.Start");
      assertEquals(plays.length, ROUNDS);
    },
  },
  {
    name: "publishers publish and close one name again and again, and each time is recorded",
    records: true,
    async run(target) {
      const piece = encoded([
        writeCommand(STREAM_ID, "publish", 0, null, "again", "live"),
        mediaMessage(videoTag(0)),
        writeCommand(STREAM_ID, "closeStream", 0, null),
      ]);
      for (let i = 0; i < RECORDINGS; i += PUBLICATIONS_AT_ONCE) {
        using client = await RawClient.open(target.port);
        client.command("createStream", 2, null);
        await floodAnswered(client, piece, PUBLICATIONS_AT_ONCE);
      }
      await recorded(target, "again-", RECORDINGS);
    },
    async check({ directory }) {
      const files = await Array.fromAsync(Deno.readDir(`${directory}/live`));
      const own = files.filter(({ name }) => name.startsWith("again-"));
      assertEquals(own.length, RECORDINGS);
    },
  },
  {
    name: "publishers publish and close faster than recordings are completed, and are cut off",
    records: true,
    async run({ port }) {
      const piece = encoded(
        Array.from({ length: 400 }, (_, i) => [
          writeCommand(STREAM_ID, "publish", 0, null, `fast${i}`, "live"),
          mediaMessage(videoTag(0)),
          writeCommand(STREAM_ID, "closeStream", 0, null),
        ]).flat(),
      );
      await floodAnew(async () => {
        const client = await RawClient.open(port);
        client.command("createStream", 2, null);
        client.write(piece);
        return client;
      }, ROUNDS / 400);
    },
  },
  {
    name: "a player pauses, seeks and turns its picture off and on",
    async run({ port, peers }) {
      const client = peers.use(await RawClient.open(port));
      client.command("createStream", 2, null);
      client.send(writeCommand(STREAM_ID, "play", 0, null, "honest"));
      const piece = encoded([
        writeCommand(STREAM_ID, "pause", 0, null, true, 0),
        writeCommand(STREAM_ID, "pause", 0, null, false, 0),
        writeCommand(STREAM_ID, "seek", 0, null, 0),
        writeCommand(STREAM_ID, "receiveVideo", 0, null, false),
        writeCommand(STREAM_ID, "receiveVideo", 0, null, true),
      ]);
      await floodAnswered(client, piece, ROUNDS / 2);
      const pauses = client.statuses.filter(({ code }) => code === "NetStream.Pause.Notify");
      assertEquals(pauses.length, ROUNDS / 2);
    },
  },
  {
    name: "a peer asks for what does not exist and does not read the answers",
    mebibytes: 128,
    async run({ port, peers }) {
      const client = peers.use(await RawClient.open(port));
      client.deafen();
      const calls = Array.from({ length: 100 }, (_, k) => writeCommand(0, `noSuch${k}`, 10, null));
      await floodUnread(client, encoded(calls));
    },
  },
  {
    name: "commands carry odd transaction ids",
    async run({ port, peers }) {
      const client = peers.use(await RawClient.open(port));
      const odd = [NaN, -1, Infinity, 2 ** 53];
      const calls = ["releaseStream", "FCPublish", "_result", "onStatus"];
      const piece = encoded(
        odd.flatMap((id) => calls.map((name) => command(encodeAmf0(name, id, {}, [id])))),
      );
      await floodAnswered(client, piece, ROUNDS / 20);
      const answers = client.commands.filter(([name, id]) => name === "_result" && id !== 1);
      assertEquals(answers.length, 2 * odd.length * ROUNDS / 20);
    },
  },
  {
    name: "commands carry texts and objects where transaction ids belong, and cost the connection",
    async run({ port }) {
      for (const id of ["2", null, {}, [1]]) {
        await floodAnew(async () => {
          const client = await RawClient.open(port);
          client.send(command(encodeAmf0("createStream", id, {}, [id])));
          return client;
        }, ROUNDS / 100);
      }
    },
  },
  {
    name: "commands announce strings, objects and arrays of four gigabytes",
    async run({ port }) {
      const lies = [
        [12, 255, 255, 255, 255],
        [10, 255, 255, 255, 255],
        [8, 255, 255, 255, 255],
        [17, 9, 255, 255, 255, 255],
        [17, 10, 255, 255, 255, 255],
        [17, 12, 255, 255, 255, 255],
      ];
      for (const lie of lies) {
        await floodAnew(async () => {
          const client = await RawClient.open(port);
          client.send(command(concat([encodeAmf0("x", 0), Uint8Array.from(lie)])));
          return client;
        }, repeat(10, 100));
      }
    },
  },
  {
    name: "forty encoders fight for one name, and one of them wants the honest one",
    async run({ port, peers }) {
      const holders: RawClient[] = [];
      for (let round = 0; round < repeat(3, 20); round++) {
        await Promise.all(Array.from({ length: 40 }, async (_, i) => {
          const name = i === 0 ? "honest" : "wanted";
          const client = peers.use(await RawClient.open(port, "live", `127.0.0.${2 + i}`));
          client.askToPublish(name);
          client.sendTags([videoTag(0), videoTag(1)]);
          await until("an answer", () => client.statuses.length > 0);
          const isTaken = client.statuses[0]!.code === "NetStream.Publish.BadName";
          assert(isTaken || name === "wanted", "The honest name has been taken over");
          if (!isTaken) holders.push(client);
        }));
      }
      assert(holders.length > 0);
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
      await floodAnswered(client, encoded(others.flat()), 200);
    },
  },
];
