import { assert } from "@std/assert";
import { setChunkSize } from "../../../src/message/control.ts";
import { MessageEncoder } from "../../../src/message/message_encoder.ts";
import { flvBytes, RawHttpClient } from "../../support/http.ts";
import { mediaMessage, videoTag } from "../../support/media.ts";
import { metricsUntil } from "../../support/prometheus.ts";
import { RawClient } from "../../support/raw_client.ts";
import { repeat } from "../../support/long.ts";
import { stopped, until } from "../../support/wait.ts";
import { MEBIBYTE, testMemory } from "./resident.ts";

/** Publishers that each send the most of a tag and then nothing. */
const PUBLISHERS = repeat(40, 100);

/** A frame of 16 MB, of which 12 MB are sent. */
const FRAME = { ...videoTag(0), data: new Uint8Array(16_000_000).fill(0x5a) };
const PART = 12_000_000;

/** Waits until all has left for the server, or the server has closed. */
async function sent(client: RawClient | RawHttpClient): Promise<void> {
  await until("what is sent to leave", () => {
    return client.unsent === 0 || (client instanceof RawClient ? client.ended : client.closed);
  });
}

testMemory("messages that never end take up what is counted, over all RTMP connections", {
  mebibytes: 2 * 256,
  async attack(server, peers) {
    const encoder = new MessageEncoder({ chunkSize: 60_000 });
    const part = encoder.encode(mediaMessage(FRAME)).subarray(0, PART);
    const names = Array.from({ length: PUBLISHERS }, (_, i) => `big${i}`);
    await Promise.all(names.map(async (name) => {
      const client = peers.use(await RawClient.publish(server.port, name));
      client.send(setChunkSize(60_000));
      client.write(part);
      await sent(client);
    }));
    await metricsUntil(server.http, "those to be cut off that are too many", (metrics) => {
      const reason = { reason: "too-much-unfinished" };
      const cut = metrics.get("sluice_rtmp_connections_refused_total", reason);
      return cut >= PUBLISHERS - 256 * MEBIBYTE / PART;
    });
  },
});

testMemory("bodies that end in no tag take up what is counted, over all PUTs", {
  mebibytes: 2 * 256,
  async attack(server, peers) {
    const port = Number(new URL(server.http).port);
    const part = flvBytes([FRAME]).subarray(0, PART);
    const names = Array.from({ length: PUBLISHERS }, (_, i) => `big${i}`);
    await Promise.all(names.map(async (name) => {
      const client = peers.use(await RawHttpClient.connect(port));
      client.request(`PUT /live/${name}.flv`, "Content-Length: 20000000");
      client.write(part);
      await sent(client);
    }));
    const cut = await stopped("those to be cut off that are too many", () => {
      return server.complaints.filter((line) => /is cut off: .*unfinished/.test(line)).length;
    });
    assert(cut >= PUBLISHERS - 256 * MEBIBYTE / PART, `${cut} were cut off`);
  },
});
