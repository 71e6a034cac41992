/**
 * Somebody who watches over HTTP or a WebSocket: what they ask for, and what becomes of it.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { HTTPException } from "hono/http-exception";
import type { Subscription } from "../../channel/subscription.ts";
import type { ConsumerMode } from "../../ledger/consumer_ledger.ts";
import type { Hub } from "../hub.ts";
import type { StreamUrl } from "./stream_url.ts";

/** How long a viewer waits for a publisher unless it says otherwise, in seconds. */
const DEFAULT_WAIT = 30;

/** The longest a viewer may wait, in seconds. */
const LONGEST_WAIT = 3600;

/** How often it is looked whether a viewer takes anything, in milliseconds. */
const STALL_CHECK_INTERVAL = 1_000;

const log = getLogger(["sluice", "http"]);

/** What viewers may have. */
export interface ViewerRules {
  /** How long a viewer may take nothing, in milliseconds. */
  timeout: number;
  /** Whether a viewer may hold the publisher back. */
  allowLossless: boolean;
}

/** What a viewer asks for behind the question mark. */
export interface ViewOptions {
  /** For how long to wait for a publisher, in seconds. */
  wait: number;
  mode: ConsumerMode;
  audio: boolean;
  video: boolean;
}

/**
 * Reads `?wait=SECONDS`, `?audio=0`, `?video=0` and `?mode=lossless`.
 *
 * @throws {HTTPException} If a value makes no sense, or is not allowed here.
 */
export function readViewOptions(
  params: URLSearchParams,
  { allowLossless }: ViewerRules,
): ViewOptions {
  const wait = readWait(params.get("wait"));
  const mode = params.get("mode") ?? "live";
  if (mode !== "live" && mode !== "lossless") throw bad("mode must be live or lossless");
  if (mode === "lossless" && !allowLossless) {
    throw new HTTPException(403, {
      message: "Viewers cannot be lossless here: the server needs --allow-lossless-viewers",
    });
  }
  const audio = params.get("audio") !== "0";
  const video = params.get("video") !== "0";
  if (!audio && !video) throw bad("There is nothing to send without audio and video");
  return { wait, mode, audio, video };
}

/**
 * Waits for the stream to begin.
 *
 * @param gone Ends the wait when the viewer goes.
 * @throws {HTTPException} If nobody publishes it in time.
 */
export async function beginView(
  hub: Hub,
  kind: string,
  { path }: StreamUrl,
  { wait, ...wanted }: ViewOptions,
  gone: AbortSignal,
): Promise<Subscription> {
  const subscription = hub.subscribe(path, { kind, outlives: true, ...wanted });
  let begun = false;
  const giveUp = () => void subscription.tags.cancel();
  const timer = setTimeout(giveUp, wait * 1000);
  gone.addEventListener("abort", giveUp);
  await Promise.race([subscription.begun.then(() => begun = true), subscription.done]);
  clearTimeout(timer);
  gone.removeEventListener("abort", giveUp);
  if (!begun) throw new HTTPException(404, { message: "Nobody publishes this stream" });
  return subscription;
}

/** Cuts a viewer off that takes nothing for too long. */
export function cutWhenStalled(
  subscription: Subscription,
  viewer: { path: string; remoteAddr: string },
  timeout: number,
  cut: () => void,
): void {
  const timer = setInterval(() => {
    if (subscription.stalledFor < timeout) return;
    clearInterval(timer);
    log.info("{remoteAddr} is cut off: it has taken nothing of {path} for {seconds} s", {
      ...viewer,
      seconds: timeout / 1000,
    });
    cut();
  }, STALL_CHECK_INTERVAL);
  subscription.done.then(() => clearInterval(timer));
}

function readWait(text: string | null): number {
  if (text === null) return DEFAULT_WAIT;
  const seconds = text === "" ? NaN : Number(text);
  if (seconds >= 0 && seconds <= LONGEST_WAIT) return seconds;
  throw bad(`wait must be a number of seconds from 0 to ${LONGEST_WAIT}`);
}

function bad(message: string): HTTPException {
  return new HTTPException(400, { message });
}
