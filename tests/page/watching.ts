/**
 * Whether the picture on the page moves, as a viewer sees it.
 *
 * @module
 */

/// <reference lib="dom" />

import { until } from "../support/wait.ts";

/** How long a picture has to move to count as moving, in milliseconds. */
const LONG_ENOUGH = 1_500;

/**
 * Adds up for how long time and frames have both moved on, for how long the time alone, and how long
 * the longest standstill was, in milliseconds. A look that finds no new frame within half a second of
 * the last one is none: busy machines decode in bursts.
 */
export const WATCH = `(() => {
  const video = document.querySelector("video");
  const seen = globalThis.seen = { moved: 0, played: 0, standstill: 0, problem: "" };
  let before = performance.now(), time = 0, frames = 0, framesAt = 0, movedAt = before;
  addEventListener("error", ({ message }) => seen.problem = message);
  setInterval(() => {
    const now = performance.now();
    const { totalVideoFrames } = video.getVideoPlaybackQuality();
    const hasMoved = video.currentTime !== time;
    if (totalVideoFrames !== frames) framesAt = now;
    if (hasMoved) seen.played += now - before;
    if (hasMoved && now - framesAt < 500) {
      seen.moved += now - before;
      movedAt = now;
    }
    seen.standstill = Math.max(seen.standstill, now - movedAt);
    [before, time, frames] = [now, video.currentTime, totalVideoFrames];
  }, 50);
})()`;

/** A page of any browser. */
export interface Page {
  evaluate<Result>(look: () => Result): Promise<Result>;
}

/** What the page has added up. */
export interface Seen {
  moved: number;
  played: number;
  standstill: number;
}

/** Reads that. */
export function seen(page: Page): Promise<Seen> {
  return page.evaluate(() => Reflect.get(globalThis, "seen") as Seen);
}

/** Looks for the longest standstill anew. */
export async function forget(page: Page): Promise<void> {
  await page.evaluate(() => Reflect.get(globalThis, "seen").standstill = 0);
}

/** Waits until the picture moves, and has for a while. */
export async function pictureMoves(page: Page, what: string): Promise<void> {
  await advances(page, "moved", what);
}

/** Waits until the time moves, and has for a while: there need be no picture. */
export async function soundMoves(page: Page, what: string): Promise<void> {
  await advances(page, "played", what);
}

async function advances(page: Page, name: "moved" | "played", what: string): Promise<void> {
  const before = (await seen(page))[name];
  await until(
    `${name === "moved" ? "the picture" : "the sound"} to go on: ${what}`,
    async () => (await seen(page))[name] > before + LONG_ENOUGH,
  );
}

/** What is played now: the size of the picture, and whether sound is decoded. */
export function playing(page: Page): Promise<{ width: number; sound: number }> {
  return page.evaluate(() => {
    const video = document.querySelector("video")!;
    const sound = Number(Reflect.get(video, "webkitAudioDecodedByteCount"));
    return { width: video.videoWidth, sound };
  });
}
