/**
 * Which kinds of media are there to be played.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { Tracks } from "../../../src/server/page/player/tracks.js";

type Kind = "audio" | "video";

function frame(kind: Kind, time: number) {
  const data = new Uint8Array(1);
  return { kind, time, data, codec: "", isConfiguration: false, isKeyframe: false };
}

/** Frames of these kinds that arrive when they are due, one each `step` milliseconds. */
function flow(tracks: Tracks, kinds: Kind[], from: number, until: number, step = 40): void {
  for (let time = from; time < until; time += step) {
    for (const kind of kinds) tracks.add(frame(kind, time), time, time);
  }
}

function begin(options = {}): Tracks {
  return new Tracks({ absent: new Map(), lateness: 0, ...options }, 0);
}

Deno.test("Tracks plays what flows, not what was announced", () => {
  const tracks = begin();
  assertEquals(tracks.hasAll(["audio", "video"]), false);
  flow(tracks, ["video"], 0, 100);
  assertEquals([tracks.hasAll(["audio", "video"]), tracks.hasAll(["video"])], [false, true]);
  tracks.begin();
  assertEquals(tracks.playing, new Set(["video"]));
});

Deno.test("Tracks notices a kind that begins late, once it has flowed for long enough", () => {
  const tracks = begin({ lateness: 1_000 });
  flow(tracks, ["video"], 0, 100);
  tracks.begin();
  flow(tracks, ["audio", "video"], 100, 200);
  assertEquals([tracks.hasReturned("video", 200), tracks.hasReturned("audio", 200)], [
    false,
    false,
  ]);
  flow(tracks, ["audio", "video"], 200, 1_200);
  assertEquals(tracks.hasReturned("audio", 1_200), true);
});

Deno.test("Tracks notices a kind that stops while the other goes on", () => {
  const tracks = begin();
  flow(tracks, ["audio", "video"], 0, 1_000);
  tracks.begin();
  flow(tracks, ["video"], 1_000, 2_000);
  assertEquals(tracks.anyStopped(2_000), false);
  flow(tracks, ["video"], 2_000, 3_000);
  assertEquals([tracks.anyStopped(3_000), tracks.absent(3_000)], [true, new Map([["audio", 960]])]);
});

Deno.test("Tracks does not miss a kind while nothing arrives, nor when times jump", () => {
  const tracks = begin();
  flow(tracks, ["audio", "video"], 0, 1_000);
  tracks.begin();
  assertEquals(tracks.anyStopped(60_000), false);
  tracks.add(frame("video", 9e6), 1_040, 60_000);
  assertEquals(tracks.anyStopped(60_000), false);
});

Deno.test("Tracks lets a picture that changes seldom do so", () => {
  const tracks = begin();
  for (const start of [0, 5_000]) {
    flow(tracks, ["video"], start, start + 1);
    flow(tracks, ["audio"], start, start + 5_000, 20);
  }
  tracks.begin();
  flow(tracks, ["audio"], 10_000, 14_000, 20);
  assertEquals(tracks.anyStopped(14_000), false);
});

Deno.test("Tracks knows frames that the server sends once more", () => {
  const tracks = begin({ absent: new Map([["audio", 960]]) });
  assertEquals(tracks.hasAll(["audio", "video"]), false);
  flow(tracks, ["video"], 0, 100);
  assertEquals(tracks.hasAll(["audio", "video"]), true);
  assertEquals(tracks.isOld(frame("audio", 960), 100), true);
  assertEquals(tracks.absent(100), new Map([["audio", 960]]));
  assertEquals(tracks.isOld(frame("audio", 980), 100), false);
  assertEquals(tracks.isOld(frame("audio", 0), 100), false);
});
