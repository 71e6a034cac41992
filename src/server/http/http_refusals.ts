/**
 * Connections of the HTTP server that were closed for want of room.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Shortage } from "./http_places.ts";

/** Minimum interval between two reports of refusals, in milliseconds. */
const REPORT_INTERVAL = 10_000;

/** Why a connection was closed for others. */
export type HttpRefusal =
  /** There were as many as there may be, in all or from its address. */
  | Shortage
  /** It had asked for nothing, or waited for a publisher, and others wanted its place. */
  | "made-room"
  /** It had published the most of what all left unfinished together, when that was too much. */
  | "too-much-unfinished"
  /** File descriptors had run out. */
  | "no-descriptors"
  /** The system could not accept it. */
  | "failed-accept";

const log = getLogger(["sluice", "http"]);

/** Counts them by reason. They are reported together: a flood must not become one of log lines. */
export class HttpRefusals {
  /** How many there were, by reason. */
  readonly counts: Partial<Record<HttpRefusal, number>> = {};
  /** How many had been refused at the last report, and when that was. */
  #reported = { count: 0, at: -Infinity };

  /**
   * Counts one.
   *
   * @param open How many connections are open.
   */
  add(reason: HttpRefusal, open: number, text = "Some connections are turned away"): void {
    this.counts[reason] = (this.counts[reason] ?? 0) + 1;
    const now = performance.now();
    if (now - this.#reported.at < REPORT_INTERVAL) return;
    const count = Object.values(this.counts).reduce((sum, count) => sum + count, 0);
    log.warn("{text} ({reason}): {refused} since the last report; {open} are open", {
      ...{ text, reason, open },
      refused: count - this.#reported.count,
    });
    this.#reported = { count, at: now };
  }
}
