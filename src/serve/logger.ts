/**
 * The library's log. LogTape catches what the sinks of a program throw, but not what its filters do.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";

/** The levels that are used. */
type Level = "debug" | "info" | "warn" | "error";

/** Writes one event of a level: a text with the names of values, and the values. */
type Write = (message: string, values: Record<string, unknown>) => void;

/** A logger that throws nothing. */
export type Logger = Readonly<Record<Level, Write>>;

/** Errors of filters have been printed: one is enough, they come with each event. */
let hasComplained = false;

/** A logger of the library, which goes on when the log of the program fails. */
export function libraryLogger(category: readonly string[]): Logger {
  const logger = getLogger(category);
  const guarded = (level: Level): Write => (message, values) => {
    try {
      logger[level](message, values);
    } catch (error) {
      complain(error);
    }
  };
  return {
    debug: guarded("debug"),
    info: guarded("info"),
    warn: guarded("warn"),
    error: guarded("error"),
  };
}

function complain(error: unknown): void {
  if (hasComplained) return;
  hasComplained = true;
  // deno-lint-ignore no-console
  console.error("The log failed:", error);
}
