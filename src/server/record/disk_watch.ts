/**
 * A timeout for disk operations of a recording.
 *
 * @module
 */

import { atIntervals } from "../../time/at_intervals.ts";
import { waitedSince } from "../../time/standstill.ts";

/**
 * The time limit for a disk operation, in milliseconds. Until then the recording holds back its
 * publisher, and with it every viewer. Disks that have to spin up take half of that.
 */
export const DISK_TIMEOUT = 10_000;

/** Interval between two checks, in milliseconds. */
const CHECK_INTERVAL = 1_000;

/** Watches the disk operations of one recording. */
export class DiskWatch {
  /** Rejects when an operation takes too long; otherwise it stays pending. */
  readonly stuck: Promise<never>;
  readonly #stop: () => void;
  /** When the current operation began, by `performance.now()`. */
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

  /** Whether an operation has taken too long. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /** Waits for an operation. */
  async step<T>(work: Promise<T>): Promise<T> {
    this.#since = performance.now();
    try {
      return await work;
    } finally {
      this.#since = undefined;
    }
  }

  /** Stops watching. */
  end(): void {
    this.#stop();
  }
}
