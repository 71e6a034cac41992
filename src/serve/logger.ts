/**
 * The library's logger. LogTape catches errors of a program's sinks, but not those of its filters.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";

/** The log levels of the library. */
type Level = "debug" | "info" | "warn" | "error";

/** Writes one record of a level: a message with names of values, and the values. */
type Write = (message: string, values: Record<string, unknown>) => void;

/** A logger that does not throw. */
export type Logger = Readonly<Record<Level, Write>>;

/** Whether an error of a filter has been printed: once is enough, since each record has it. */
let hasComplained = false;

/** Makes a logger of the library, which survives errors of the program's log. */
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
  console.error("Logging failed:", error);
}
