/**
 * Channel → recording: a disk that stalls stops the publisher.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { LOSSLESS_QUEUE_BYTES } from "../../src/channel/tag_outlet.ts";
import { TAG_OVERHEAD } from "../../src/channel/counted_tag.ts";
import { type HttpApp, startHttpApp } from "../support/http.ts";
import { captureLog } from "../support/log.ts";
import { mediaOf, tagsOf } from "../support/media.ts";
import { clockAhead, standStill } from "../support/clock.ts";
import { callApi } from "../support/api.ts";
import { readMetrics } from "../support/prometheus.ts";
import { atIntervals } from "../../src/time/at_intervals.ts";
import { DISK_TIMEOUT } from "../../src/server/record/disk_watch.ts";
import { until } from "../support/wait.ts";
import { Flood, FRAME, FRAMES, Gate } from "./flood.ts";

/** Bytes that a frame takes up in a queue. */
const QUEUED = FRAME + TAG_OVERHEAD;

/** What recordings opened from now on are on: a disk that stalls before a write, and may then fail. */
interface StallingDisk extends Disposable {
  readonly gate: Gate;
  readonly stalls: boolean;
  /** Files that are open. */
  readonly open: number;
  /** What opening and writing fail with, once the gate is open. */
  failure?: Error;
}

/** Stalls all writes from a given one on; below 0, the opening of files as well. */
function stallingDisk(from: number): StallingDisk {
  const gate = new Gate();
  const { open } = Deno;
  let writes = 0;
  let count = 0;
  const answer = async () => {
    await gate.passed;
    if (disk.failure) throw disk.failure;
  };
  const disk: StallingDisk = {
    gate,
    get stalls() {
      return writes > from;
    },
    get open() {
      return count;
    },
    [Symbol.dispose]: () => void (Deno.open = open),
  };
  Deno.open = async (...args) => {
    // The journal of recordings that earlier servers have left is read when it will.
    if (!String(args[0]).endsWith(".flv")) return await open(...args);
    if (from < 0) {
      writes = 0;
      await answer();
    }
    const file = await open(...args);
    count++;
    const { write, close } = file;
    file.write = async (bytes) => {
      if (++writes > from) await answer();
      return await write.call(file, bytes);
    };
    file.close = () => {
      count--;
      close.call(file);
    };
    return file;
  };
  return disk;
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

Deno.test("a disk has its time again when the server has stood still", async () => {
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
  await using http = await startHttpApp("--record", directory);
  using disk = stallingDisk(5);
  using flood = await Flood.begin(http.port);
  const { ledger } = http.app.rtmp.publications[0]!;
  flood.send(FRAMES);
  await flood.held(ledger.connection);
  standStill(60 * DISK_TIMEOUT);
  let checks = 0;
  const stop = atIntervals(1_000, () => checks++);
  await until("two checks of the disk", () => checks === 2);
  stop();
  disk.gate.open();
  flood.end();
  await until("the end of the recording", () => http.app.rtmp.ledger.current.size === 0);
  await http.idle();
  assertEquals((await readMetrics(http.url)).get("sluice_recordings_failed_total"), 0);
  await Deno.remove(directory, { recursive: true });
});

const STALLS = [
  ["before there is a file", -1],
  ["at the header", 0],
  ["in the middle", 5],
] as const;

/** Sends frames that a disk holds back, until their recording has failed and they are received. */
async function failRecording(http: HttpApp, flood: Flood): Promise<void> {
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
}

for (const [when, writes] of STALLS) {
  Deno.test(`a disk that does not answer ${when} fails its recording, and nothing else`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
    await using http = await startHttpApp("--record", directory);
    using disk = stallingDisk(writes);
    using flood = await Flood.begin(http.port);
    const { ledger } = http.app.rtmp.publications[0]!;
    await failRecording(http, flood);
    const { body } = await callApi(http.url, "GET", "recordings");
    assertEquals(body.lastFailure.error, "the disk did not answer for 10 s");
    assertEquals(body.recordings, []);

    // When it answers again, the file is completed with what had come before.
    disk.gate.open();
    flood.end();
    await until("the end of the recording", () => http.app.rtmp.ledger.current.size === 0);
    await http.idle();
    assertEquals(ledger.balance(), 0);
    const files = () => Array.fromAsync(Deno.readDir(`${directory}/live`), ({ name }) => name);
    const read = async () => {
      const [file] = await files();
      return mediaOf(tagsOf(await Deno.readFile(`${directory}/live/${file}`)));
    };
    if (writes < 0) await until("no file to be left", async () => (await files()).length === 0);
    if (writes > 0) await until("the file", async () => (await read()).length > 0);
    await until("the file to be closed", () => disk.open === 0);
    await Deno.remove(directory, { recursive: true });
  });

  Deno.test(`a disk that does not answer ${when}, and then fails, leaves no file open`, async () => {
    await using log = await captureLog();
    const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
    await using http = await startHttpApp("--record", directory);
    using disk = stallingDisk(writes);
    using flood = await Flood.begin(http.port);
    await failRecording(http, flood);
    assertEquals(disk.open, writes < 0 ? 0 : 1);

    disk.failure = new Error("the disk is broken");
    disk.gate.open();
    await until("the second failure", () => log.lines("warning").length > 0);
    assertEquals(log.lines("warning"), [
      "The disk has answered, and the recording of live/demo fails again: the disk is broken",
    ]);
    await until("the file to be closed", () => disk.open === 0);
    flood.end();
    await http.idle();
    await Deno.remove(directory, { recursive: true });
  });
}
