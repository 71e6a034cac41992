/**
 * A lossless consumer that does not read, and the publications after its own.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { LOSSLESS_QUEUE_BYTES, LOSSLESS_TAIL_BYTES } from "../../src/channel/tag_outlet.ts";
import { videoTag } from "../support/media.ts";
import { promisesDone } from "../support/streams.ts";
import { Broadcast, Reader } from "./broadcast.ts";

const MIB = 1024 * 1024;

Deno.test("a lossless consumer that does not read holds back its publication, not the next", async () => {
  const first = new Broadcast();
  const stuck = first.subscribe({ mode: "lossless" });
  const viewer = first.reader({ survivesPublication: true });
  const sent = Array.from({ length: 4 }, (_, i) => videoTag(i, MIB));
  await first.send(...sent);
  assertEquals(first.taken, 1);

  // Another publisher has taken over the name: what the first one sent last is all there is.
  const ended = first.end();
  const second = new Broadcast(first.channel);
  const recording = second.reader({ mode: "lossless" });
  await second.send(videoTag(0), videoTag(1));
  assertEquals(recording.tags.length, 2);
  await second.end();
  assertEquals(viewer.tags.length, 6);

  // The recording of the first publication is late, and whole.
  const late = new Reader(stuck);
  await late.done;
  await ended;
  assertEquals(late.tags, sent);
  assertEquals([first.ledger.balance(), second.ledger.balance()], [0, 0]);
});

Deno.test("a publication that goes on beside the next gives a stuck consumer no more than a bound", async () => {
  const first = new Broadcast();
  const stuck = first.subscribe({ mode: "lossless" });
  const second = new Broadcast(first.channel);
  const sent = Array.from({ length: 40 }, (_, i) => videoTag(i, MIB));
  await first.send(...sent);
  await second.send(videoTag(0));
  await promisesDone();
  const waiting = stuck.ledger.inFlight.videoFrames * MIB;
  assert(waiting > LOSSLESS_QUEUE_BYTES, `${waiting} bytes wait`);
  assert(waiting <= LOSSLESS_TAIL_BYTES, `${waiting} bytes wait`);
  assertEquals(second.taken, 0);

  const late = new Reader(stuck);
  await first.end();
  await late.done;
  await second.end();
  assertEquals(late.tags.length, 40);
});

Deno.test("consumers that never read hold back a publication once too much waits for them", async () => {
  let broadcast = new Broadcast();
  const stuck = [];
  const held = () => stuck.length > 0 && broadcast.taken === 0;
  while (stuck.length < 100 && !held()) {
    stuck.push(broadcast.subscribe({ mode: "lossless" }));
    void broadcast.send(videoTag(0, MIB), videoTag(1, MIB));
    void broadcast.end();
    broadcast = new Broadcast(broadcast.channel);
    await broadcast.send(videoTag(0));
  }
  const waiting = stuck.reduce((sum, { ledger }) => sum + ledger.inFlight.videoFrames, 0) * MIB;
  assert(held(), `${stuck.length} consumers that never read held nothing back`);
  assert(waiting >= LOSSLESS_TAIL_BYTES, `${waiting} bytes wait`);
  assert(waiting <= 2 * LOSSLESS_TAIL_BYTES, `${waiting} bytes wait`);
  for (const { tags } of stuck) await tags.cancel();
  await broadcast.end();
  assertEquals(broadcast.taken, 1);
});
