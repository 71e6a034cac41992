/**
 * Counts and log of HTTP connections that were refused or evicted.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { LogThrottle } from "../../time/log_throttle.ts";
import type { Shortage } from "./connection_slots.ts";

/** The reason for refusing or evicting a connection. */
export type HttpRefusal =
  /** There was no slot: in all, for its address, or for lack of file descriptors. */
  | Shortage
  /** It had no request, or waited for a publisher, and its slot was needed. */
  | "made-room"
  /** Its publisher held the most unfinished bytes when all together exceeded the limit. */
  | "too-much-unfinished"
  /** The system failed to accept it. */
  | "failed-accept";

const log = getLogger(["sluice", "http"]);

/** Counts refusals by reason. One log line reports many, so that a flood does not fill the log. */
export class HttpRefusals {
  /** The number of refusals, by reason. */
  readonly counts: Partial<Record<HttpRefusal, number>> = {};
  readonly #throttle = new LogThrottle();

  /**
   * Counts a refusal.
   *
   * @param open The number of open connections.
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
