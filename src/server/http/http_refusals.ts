/**
 * Connections of the HTTP server that were closed for want of room.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { LogThrottle } from "../../time/log_throttle.ts";
import type { Shortage } from "./http_places.ts";

/** Why a connection was closed for others. */
export type HttpRefusal =
  /** There were as many as there may be, in all, from its address or for lack of descriptors. */
  | Shortage
  /** It had asked for nothing, or waited for a publisher, and others wanted its place. */
  | "made-room"
  /** It had published the most of what all left unfinished together, when that was too much. */
  | "too-much-unfinished"
  /** The system could not accept it. */
  | "failed-accept";

const log = getLogger(["sluice", "http"]);

/** Counts them by reason. They are reported together: a flood must not become one of log lines. */
export class HttpRefusals {
  /** How many there were, by reason. */
  readonly counts: Partial<Record<HttpRefusal, number>> = {};
  readonly #throttle = new LogThrottle();

  /**
   * Counts one.
   *
   * @param open How many connections are open.
   */
  add(reason: HttpRefusal, open: number, text = "Some connections are turned away"): void {
    this.counts[reason] = (this.counts[reason] ?? 0) + 1;
    const refused = this.#throttle.add();
    if (refused === undefined) return;
    log.warn("{text} ({reason}): {refused} since the last report; {open} are open", {
      ...{ text, reason, refused, open },
    });
  }
}
