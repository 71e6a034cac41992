/**
 * The options of a viewer, from the query of its URL.
 *
 * @module
 */

import { httpError } from "../http/http_error.ts";
import type { SubscribeOptions } from "../../channel/subscription.ts";
import { downgradeTag } from "../../flv/downgrade_tag.ts";
import type { ConsumerMode } from "../../ledger/consumer.ts";

/** How long a viewer waits for a publisher by default, in seconds. */
const DEFAULT_WAIT = 30;

/** The longest time that a viewer may wait for a publisher, in seconds. */
const LONGEST_WAIT = 3600;

/** The options of a viewer. */
export interface ViewOptions {
  /** How long to wait for a publisher, in seconds. */
  wait: number;
  mode: ConsumerMode;
  audio: boolean;
  video: boolean;
  /** Simplifies tags, if the viewer asks for that. */
  filter?: NonNullable<SubscribeOptions["filter"]>;
}

/**
 * Reads `?wait=SECONDS`, `?audio=0`, `?video=0`, `?tracks=first` and `?mode=lossless`. An option
 * given twice is refused: a proxy might have checked the other value.
 *
 * @throws {HTTPException} If a value is invalid or not allowed.
 */
export function readViewOptions(params: URLSearchParams, allowLossless: boolean): ViewOptions {
  const [waitText, modeText, audioText, videoText, tracks] = [
    "wait",
    "mode",
    "audio",
    "video",
    "tracks",
  ].map((name) => single(params, name));
  const wait = readWait(waitText);
  const mode = modeText ?? "live";
  if (mode !== "live" && mode !== "lossless") throw httpError(400, "mode must be live or lossless");
  if (mode === "lossless" && !allowLossless) {
    throw httpError(403, "lossless viewers need --allow-lossless-viewers of the server");
  }
  const audio = audioText !== "0";
  const video = videoText !== "0";
  if (!audio && !video) throw httpError(400, "audio and video must not both be 0");
  if (tracks !== undefined && tracks !== "first") {
    throw httpError(400, "tracks must be first, or left out for all of them");
  }
  return { wait, mode, audio, video, ...tracks && { filter: downgradeTag } };
}

function single(params: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = params.getAll(name);
  if (others.length > 0) throw httpError(400, `${name} is given more than once`);
  return value;
}

function readWait(text: string | undefined): number {
  if (text === undefined) return DEFAULT_WAIT;
  const seconds = text === "" ? NaN : Number(text);
  if (seconds >= 0 && seconds <= LONGEST_WAIT) return seconds;
  throw httpError(400, `wait must be a number of seconds from 0 to ${LONGEST_WAIT}`);
}
