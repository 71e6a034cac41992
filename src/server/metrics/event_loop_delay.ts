/**
 * How late the event loop is.
 *
 * @module
 */

import { Histogram, type Registry } from "prom-client";

/** How often it is measured, in milliseconds. */
const INTERVAL = 100;

/** Upper bounds, in seconds: from what a timer is off by itself to what every viewer sees. */
const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** Milliseconds in a second. */
const SECOND = 1_000;

/**
 * Measures by how much a timer comes late, until it is stopped: whatever else waits for its turn
 * waits as long. What Node has for this measures its own loop, which is not the one that runs here.
 *
 * @returns What stops it.
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
