/**
 * How long a disk may take over what a recording asks of it.
 *
 * @module
 */

import { atIntervals } from "../../time/at_intervals.ts";
import { waitedSince } from "../../time/standstill.ts";

/**
 * Milliseconds after which a recording fails if its disk does not answer. Until then its publisher is
 * held back, and with it every viewer. Disks that have to spin up take half of that.
 */
export const DISK_TIMEOUT = 10_000;

/** Interval between two checks, in milliseconds. */
const CHECK_INTERVAL = 1_000;

/** Watches one recording: each step of it that waits for the disk. */
export class DiskWatch {
  /** Rejects when a step has taken too long; it settles in no other way. */
  readonly stuck: Promise<never>;
  readonly #stop: () => void;
  /** When the current step began, by `performance.now()`. */
  #since: number | undefined;
  #isStuck = false;

  constructor() {
    let fail!: (error: Error) => void;
    this.stuck = new Promise<never>((_, reject) => fail = reject);
    this.stuck.catch(() => {});
    this.#stop = atIntervals(CHECK_INTERVAL, () => {
      if (this.#since === undefined || waitedSince(this.#since) < DISK_TIMEOUT) return;
      this.#isStuck = true;
      this.#stop();
      fail(new Error(`the disk did not answer for ${DISK_TIMEOUT / 1000} s`));
    });
  }

  /** Whether a step has taken too long. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /** Waits for a step. */
  async step<T>(work: Promise<T>): Promise<T> {
    this.#since = performance.now();
    try {
      return await work;
    } finally {
      this.#since = undefined;
    }
  }

  /** Watches no longer. */
  end(): void {
    this.#stop();
  }
}
