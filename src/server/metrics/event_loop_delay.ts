/**
 * The delay of the event loop.
 *
 * @module
 */

import { Histogram, type Registry } from "prom-client";

/** Interval between measurements, in milliseconds. */
const INTERVAL = 100;

/** Upper bounds, in seconds: from the inaccuracy of timers to delays that every viewer sees. */
const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** Milliseconds in a second. */
const SECOND = 1_000;

/**
 * Measures the delay of a timer, which is the delay of everything in the event loop. Node's own
 * function for this measures another loop than Deno's.
 *
 * @returns A function that stops the measurement.
 */
export function measureEventLoop(registry: Registry): () => void {
  const histogram = new Histogram({
    name: "sluice_event_loop_delay_seconds",
    help: "By how much a timer of 100 ms comes late",
    buckets: BUCKETS,
    registers: [registry],
  });
  let due = performance.now() + INTERVAL;
  const timer = setInterval(() => {
    const now = performance.now();
    histogram.observe(Math.max(0, now - due) / SECOND);
    due = now + INTERVAL;
  }, INTERVAL);
  return () => clearInterval(timer);
}
