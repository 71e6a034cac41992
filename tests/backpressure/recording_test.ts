/**
 * Channel → recording: a disk that stalls stops the publisher.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { LOSSLESS_QUEUE_BYTES } from "../../src/channel/subscriber.ts";
import { TAG_OVERHEAD } from "../../src/channel/counted_tag.ts";
import { startHttpApp } from "../support/http.ts";
import { mediaOf, tagsOf } from "../support/media.ts";
import { clockAhead } from "../support/clock.ts";
import { callApi } from "../support/api.ts";
import { readMetrics } from "../support/prometheus.ts";
import { DISK_TIMEOUT } from "../../src/server/record/disk_watch.ts";
import { until } from "../support/wait.ts";
import { Flood, FRAME, FRAMES, Gate } from "./flood.ts";

/** Bytes that a frame takes up in a queue. */
const QUEUED = FRAME + TAG_OVERHEAD;

/** Files opened from now on are on a disk whose writes wait, all of them from a given one on. */
function stallingDisk(from: number): Disposable & { gate: Gate; readonly stalls: boolean } {
  const gate = new Gate();
  const { open } = Deno;
  let writes = 0;
  Deno.open = async (...args) => {
    if (from < 0) {
      writes = 0;
      await gate.passed;
    }
    const file = await open(...args);
    const { write } = file;
    file.write = async (bytes) => {
      if (++writes > from) await gate.passed;
      return await write.call(file, bytes);
    };
    return file;
  };
  return {
    gate,
    get stalls() {
      return writes > from;
    },
    [Symbol.dispose]: () => void (Deno.open = open),
  };
}

// At the header, and in the middle.
for (const writes of [0, 5]) {
  Deno.test(`a disk that stalls after ${writes} writes holds the publisher back, and then has it all`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
    await using http = await startHttpApp("--record", directory);
    using disk = stallingDisk(writes);
    using flood = await Flood.begin(http.port);
    const { ledger } = http.app.rtmp.publications[0]!;
    const consumer = await http.consumer("recording");
    flood.send(FRAMES);
    await flood.held(ledger.connection);
    assert(disk.stalls);
    const waiting = consumer.inFlight.videoFrames * QUEUED;
    assert(waiting >= LOSSLESS_QUEUE_BYTES && waiting < LOSSLESS_QUEUE_BYTES + QUEUED);
    assert(ledger.received.videoFrames < FRAMES);
    assertEquals([consumer.balance(), ledger.balance()], [0, 0]);

    disk.gate.open();
    flood.end();
    await until("the end of the recording", () => http.app.rtmp.ledger.current.size === 0);
    await http.idle();
    assertEquals([consumer.delivered.videoFrames, consumer.dropped], [FRAMES, {}]);
    const [file] = await Array.fromAsync(Deno.readDir(`${directory}/live`));
    const tags = mediaOf(tagsOf(await Deno.readFile(`${directory}/live/${file!.name}`)));
    assertEquals(tags.map(({ timestamp }) => timestamp / 40), [...Array(FRAMES).keys()]);
    await Deno.remove(directory, { recursive: true });
  });
}

for (
  const [when, writes] of [
    ["before there is a file", -1],
    ["at the header", 0],
    ["in the middle", 5],
  ] as const
) {
  Deno.test(`a disk that does not answer ${when} fails its recording, and nothing else`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
    await using http = await startHttpApp("--record", directory);
    using disk = stallingDisk(writes);
    using flood = await Flood.begin(http.port);
    const { ledger } = http.app.rtmp.publications[0]!;
    flood.send(FRAMES);
    await flood.held(ledger.connection);
    {
      using _ = clockAhead(DISK_TIMEOUT);
      await until("the failure", async () => {
        return (await readMetrics(http.url)).get("sluice_recordings_failed_total") === 1;
      });
    }
    await until("the other frames", () => ledger.received.videoFrames === FRAMES);
    const { body } = await callApi(http.url, "GET", "recordings");
    assertEquals(body.lastFailure.error, "the disk did not answer for 10 s");
    assertEquals(body.recordings, []);

    // When it answers again, the file is completed with what had come before.
    disk.gate.open();
    flood.end();
    await until("the end of the recording", () => http.app.rtmp.ledger.current.size === 0);
    await http.idle();
    assertEquals(ledger.balance(), 0);
    const [file] = await Array.fromAsync(Deno.readDir(`${directory}/live`));
    const read = async () =>
      mediaOf(tagsOf(await Deno.readFile(`${directory}/live/${file!.name}`)));
    if (writes > 0) await until("the file", async () => (await read()).length > 0);
    await Deno.remove(directory, { recursive: true });
  });
}
