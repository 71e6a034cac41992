/**
 * Channel → `--output -`: a pipe that is not read stops the publisher.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { LOSSLESS_QUEUE_BYTES } from "../../src/channel/tag_outlet.ts";
import { TAG_OVERHEAD } from "../../src/channel/counted_tag.ts";
import { FlvReader } from "../support/http.ts";
import { tagsOf } from "../support/media.ts";
import { ServerProcess } from "../support/server.ts";
import { stopped, until } from "../support/wait.ts";
import { rtmpPlayer } from "./far_sides.ts";
import { Flood, FRAME, FRAMES } from "./flood.ts";

/** Bytes that a frame takes up in a queue. */
const QUEUED = FRAME + TAG_OVERHEAD;

/** The part of the books that is looked at here. */
interface Books {
  received: { bytes: number; videoFrames: number };
  consumers: { inFlight: { videoFrames?: number }; dropped: Record<string, unknown> }[];
  balance: number;
}

async function books({ http }: ServerProcess): Promise<Books> {
  return (await (await fetch(`${http}/api/v1/streams/live/demo`)).json()).ledger;
}

Deno.test({
  name: "a pipe that is not read holds the publisher back, and then brings everything",
  ignore: Deno.build.os === "windows",
  async fn() {
    const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
    const pipe = `${directory}/pipe`;
    const { success } = await new Deno.Command("mkfifo", { args: [pipe] }).output();
    assert(success);
    // Opening either end waits for the other.
    const starting = ServerProcess.start({ shell: `exec > ${pipe}`, args: ["--output", "-"] });
    const reader = await Deno.open(pipe);
    await using server = await starting;
    using flood = await Flood.begin(server.port);
    flood.send(FRAMES);
    await stopped("the publisher to be held back", async () => {
      const { consumers: [output], received } = await books(server);
      const isFull = (output?.inFlight.videoFrames ?? 0) * QUEUED >= LOSSLESS_QUEUE_BYTES;
      return isFull ? received.bytes : 0;
    });
    const held = await books(server);
    assert(flood.client.unsent > 0);
    assert(held.received.videoFrames < FRAMES);
    assertEquals([held.consumers[0]!.inFlight.videoFrames, held.balance], [1, 0]);
    assert(QUEUED >= LOSSLESS_QUEUE_BYTES, "so that one frame is a full queue");

    flood.end();
    const output = new FlvReader(reader.readable);
    await output.done;
    const frames = output.tags.map(({ timestamp }) => timestamp / 40);
    assertEquals(frames, [...Array(FRAMES).keys()]);
    await server.line(new RegExp(`output: delivered ${FRAMES} video, .*; ledger balanced`));
    assertEquals((await server.ended()).code, 0);
    await Deno.remove(directory, { recursive: true });
  },
});

Deno.test("a player that is slow gets all of a publication that drops out, before the program ends", async () => {
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
  const file = `${directory}/out.flv`;
  const server = await ServerProcess.start({
    args: ["--output", file],
    permissions: [`--allow-write=${file}`],
  });
  const httpPort = Number(server.http.split(":").at(-1));
  await using far = await rtmpPlayer({ port: server.port, httpPort });
  const flood = await Flood.begin(server.port);
  await until("both consumers", async () => (await books(server)).consumers.length === 2);
  // More than the system keeps of it, and less than a live queue.
  flood.send(15);
  await until("all frames", async () => (await books(server)).received.videoFrames === 15);
  flood[Symbol.dispose]();
  await server.line(/has been written to/);
  assertEquals(await far.takeAll(), 15);
  assertEquals((await server.ended()).code, 0);
  assertEquals(tagsOf(await Deno.readFile(file)).length, 15);
  await Deno.remove(directory, { recursive: true });
});
