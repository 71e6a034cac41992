import { assert } from "@std/assert";
import { encodeAmf0 } from "../../../src/amf/encode_amf0.ts";
import type { FlvTag } from "../../../src/flv/flv_tag.ts";
import { writeCommand } from "../../../src/message/command.ts";
import { setChunkSize } from "../../../src/message/control.ts";
import { mediaMessage } from "../../support/media.ts";
import { metricsUntil } from "../../support/prometheus.ts";
import { RawClient } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";
import { testMemory } from "./resident.ts";

/** Connections, and publications of each: as many as one may have. */
const CONNECTIONS = 80;
const STREAMS = 32;

/** As many members as are read of metadata. */
const METADATA: FlvTag = {
  type: "script",
  timestamp: 0,
  data: encodeAmf0(
    "onMetaData",
    Object.fromEntries(Array.from({ length: 4_000 }, (_, i) => [`m${i}`, i])),
  ),
};

testMemory("metadata takes up what is counted, over all publications", {
  // What is kept for newcomers; 20 KiB for each publication; and what is read of 16 MiB of metadata,
  // which takes four times as much.
  mebibytes: 2 * (128 + CONNECTIONS * STREAMS * 20 / 1024 + 4 * 16) + 128,
  args: ["--max-media-memory", "128"],
  async attack(server, peers) {
    assert(METADATA.data.length < 64 * 1024);
    const connections = Array.from({ length: CONNECTIONS }, (_, i) => i);
    await Promise.all(connections.map(async (number) => {
      const client = peers.use(await RawClient.open(server.port));
      client.send(setChunkSize(60_000));
      for (let id = 1; id <= STREAMS; id++) {
        client.command("createStream", id + 1, null);
        client.send(writeCommand(id, "publish", 3, null, `meta${number}-${id}`, "live"));
      }
      await until("all publications", () => client.statuses.length >= STREAMS);
      for (let id = 1; id <= STREAMS; id++) client.send(mediaMessage(METADATA, id));
      await client.flushed();
    }));
    await metricsUntil(server.http, "all metadata", (metrics) => {
      return metrics.get("sluice_received_bytes_total") > CONNECTIONS * STREAMS * 62_000;
    });
    const answer = await fetch(`${server.http}/api/v1/streams`);
    assert(answer.ok && (await answer.text()).length > CONNECTIONS * STREAMS);
  },
});
