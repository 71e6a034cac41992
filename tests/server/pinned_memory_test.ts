/**
 * Small frames that are kept must not keep the large messages alive in which they came.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { setChunkSize } from "../../src/message/control.ts";
import { MessageType } from "../../src/message/message.ts";
import { videoTag } from "../support/media.ts";
import { metricsUntil, readMetrics } from "../support/prometheus.ts";
import { RawClient, STREAM_ID } from "../support/raw_client.ts";
import { ServerProcess } from "../support/server.ts";

/** Bytes beside the frame of an aggregate, and how many aggregates are sent. */
const SIZE = 8_000_000;
const COUNT = 20;

const UNKNOWN_TYPE = 99;

/** A message inside an aggregate (RTMP 1.0, section 7.1.6). */
function part(typeId: number, data: Uint8Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(11));
  header.setUint32(0, typeId * 2 ** 24 + data.length);
  return concat([new Uint8Array(header.buffer), data, new Uint8Array(4)]);
}

Deno.test("small frames of aggregates do not keep alive what came with them", async () => {
  await using server = await ServerProcess.start();
  using client = await RawClient.publish(server.port, "demo");
  const frame = part(MessageType.Video, videoTag(1, 10).data);
  client.send(setChunkSize(SIZE));
  client.sendTags([videoTag(0)]);
  const before = (await readMetrics(server.http)).get("sluice_external_memory_bytes");
  for (let i = 0; i < COUNT; i++) {
    client.send({
      chunkStreamId: 6,
      messageStreamId: STREAM_ID,
      typeId: MessageType.Aggregate,
      timestamp: 0,
      payload: concat([frame, part(UNKNOWN_TYPE, new Uint8Array(SIZE))]),
    });
  }
  await metricsUntil(server.http, "all frames", (metrics) => {
    return metrics.get("sluice_received_frames_total", { media: "video" }) > COUNT;
  });
  // While it is live, or nothing would be kept: what goes on has the collector look again. A few
  // messages may wait for it.
  await metricsUntil(server.http, "the memory to be free again", (metrics) => {
    client.sendTags(Array.from({ length: 100 }, () => videoTag(1, 1_000)));
    return metrics.get("sluice_streams") === 1 &&
      metrics.get("sluice_external_memory_bytes") - before < COUNT * SIZE / 2;
  });
});
