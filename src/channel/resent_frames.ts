/**
 * A detector of frames that a relay sends again after it has reconnected.
 *
 * @module
 */

import type { Clock } from "../time/clock.ts";
import { fingerprint } from "../flv/fingerprint.ts";
import type { FlvTag } from "../flv/flv_tag.ts";

/** The most frames that are remembered: more than the 20 s that servers keep for new players. */
const MAX_FRAMES = 8192;

/**
 * The time after which the pace of a publication is checked, in milliseconds: frames that are sent
 * again arrive in a burst.
 */
const BURST_TIME = 1_000;

/**
 * The part of their stream time after which frames count as live: frames that are sent again arrive
 * faster.
 */
const LIVE_PACE = 0.8;

/**
 * Recognizes the frames of a publication when the next one begins with them. It compares their
 * content, and their distance in time: some servers begin at 0 for each player.
 */
export class ResentFrames {
  readonly #clock: Clock;
  /** The fingerprint of each frame by its time and type, in the order of arrival. */
  readonly #fingerprints = new Map<number, number>();
  /** The offset from the times of this publication to those of the first. */
  #offset = 0;
  /** The offset from those to the channel's time. */
  #shift = 0;
  /** The latest time of a frame of each type. */
  readonly #latest = { audio: -Infinity, video: -Infinity };
  #state: "first" | "comparing" | "live" = "live";
  #burstStart = { at: 0, time: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Starts another publication, which may begin with frames of the previous one if `resends` is
   * set.
   */
  restart(resends: boolean): void {
    if (!resends) this.#forget();
    this.#state = this.#fingerprints.size > 0 ? "first" : "live";
  }

  /**
   * Compares a frame with those of the previous publication.
   *
   * @returns The offset from its time to the channel's time if it is one of them; `undefined`
   * otherwise.
   */
  compare(tag: FlvTag): { shift: number } | undefined {
    if (this.#state === "live" || tag.type === "script") return undefined;
    const print = fingerprint(tag);
    if (this.#state === "first") this.#state = this.#align(tag, print) ? "comparing" : "live";
    if (this.#state === "live") return this.#forget();
    const time = tag.timestamp + this.#offset;
    const isOver = time > this.#latest.audio && time > this.#latest.video;
    if (isOver || this.#isLive(tag.timestamp)) this.#state = "live";
    return this.#fingerprints.get(keyOf(tag.type, time)) === print
      ? { shift: this.#offset + this.#shift }
      : undefined;
  }

  /** Records a new frame, and its time in the channel. */
  add(tag: FlvTag, channelTime: number): void {
    if (tag.type === "script") return;
    const time = tag.timestamp + this.#offset;
    this.#shift = channelTime - time;
    this.#latest[tag.type] = Math.max(this.#latest[tag.type], time);
    this.#fingerprints.set(keyOf(tag.type, time), fingerprint(tag));
    if (this.#fingerprints.size > MAX_FRAMES) {
      this.#fingerprints.delete(this.#fingerprints.keys().next().value!);
    }
  }

  /** Finds the first frame among the previous ones: at the same time, or else at any other. */
  #align({ type, timestamp }: FlvTag, print: number): boolean {
    this.#burstStart = { at: this.#clock.now(), time: timestamp };
    this.#offset = 0;
    if (this.#fingerprints.get(keyOf(type, timestamp)) === print) return true;
    let key: number | undefined;
    for (const [other, known] of this.#fingerprints) if (known === print) key = other;
    if (key === undefined) return false;
    this.#offset = Math.floor(key / 2) - timestamp;
    return true;
  }

  /** Whether frames arrive at live pace: then they have equal content, but are new. */
  #isLive(timestamp: number): boolean {
    const passed = this.#clock.now() - this.#burstStart.at;
    return passed > BURST_TIME && passed >= LIVE_PACE * (timestamp - this.#burstStart.time);
  }

  #forget(): undefined {
    this.#fingerprints.clear();
    this.#offset = 0;
    this.#latest.audio = this.#latest.video = -Infinity;
  }
}

function keyOf(type: FlvTag["type"], time: number): number {
  return time * 2 + (type === "video" ? 1 : 0);
}
