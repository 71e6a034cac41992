/**
 * Publishers whose metadata and data messages are made to cost.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { encodeAmf0 } from "../../../src/amf/encode_amf0.ts";
import { writeCommand } from "../../../src/message/command.ts";
import { setChunkSize } from "../../../src/message/control.ts";
import { mediaMessage } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import type { Attack } from "../attack.ts";
import { answered, taken } from "../flood.ts";
import { repeat } from "../../support/long.ts";

/** As many members as an object of 540 KB has. */
const MEMBERS = 60_000;

/** Publishes as many streams as one connection may have, each with this metadata. */
async function publishWith(port: number, payload: Uint8Array): Promise<RawClient> {
  const client = await RawClient.open(port);
  client.send(setChunkSize(60_000));
  for (let id = 1; id <= 30; id++) {
    client.command("createStream", id + 1, null);
    client.send(writeCommand(id, "publish", 3, null, `meta${id}`, "live"));
  }
  await answered(client);
  const begun = client.statuses.filter(({ code }) => code === "NetStream.Publish.Start");
  assertEquals(begun.length, 30);
  for (let id = 1; id <= 30; id++) {
    client.send(mediaMessage({ type: "script", timestamp: 0, data: payload }, id));
    await taken(client);
  }
  await answered(client);
  return client;
}

function manyMembers(): Uint8Array {
  const members = Array.from({ length: MEMBERS }, (_, i) => [`m${i}`, i]);
  return encodeAmf0("onMetaData", Object.fromEntries(members));
}

/** An array of empty objects as the one value of a data message: 240 KB. */
function emptyObjects(): Uint8Array {
  return encodeAmf0("x", Array.from({ length: MEMBERS }, () => ({})));
}

export const attacks: Attack[] = [
  {
    name: "a publisher records 30 streams with 60,000 members of metadata each",
    records: true,
    async run({ port, http, peers }) {
      peers.use(await publishWith(port, manyMembers()));
      for (let i = 0; i < 5; i++) {
        const { streams } = await (await fetch(`${http}/api/v1/streams`)).json();
        assertEquals(streams.length, 31);
      }
    },
  },
  {
    name: "a publisher sends arrays of 60,000 empty objects again and again",
    async run({ port, peers }) {
      const client = peers.use(await RawClient.publish(port, "script"));
      client.send(setChunkSize(60_000));
      const message = mediaMessage({ type: "script", timestamp: 0, data: emptyObjects() });
      for (let i = 0; i < repeat(100, 700); i++) {
        client.send(message);
        await taken(client);
      }
      await answered(client);
    },
  },
];
