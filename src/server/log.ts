/**
 * The log: one line an event, always on standard error.
 *
 * @module
 */

import {
  configure,
  type FormattedValues,
  getAnsiColorFormatter,
  getJsonLinesFormatter,
  getTextFormatter,
} from "@logtape/logtape";

/** The levels, from all to almost nothing. */
export const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;

/** One of the {@linkcode LOG_LEVELS}. */
export type LogLevel = typeof LOG_LEVELS[number];

/** Sends all log lines to standard error: standard output may be carrying video. */
export async function startLog(level: LogLevel, json: boolean): Promise<void> {
  const format = json
    ? getJsonLinesFormatter({ properties: "flatten" })
    : Deno.stderr.isTerminal()
    ? getAnsiColorFormatter({ timestamp: "time", value, format: line })
    : getTextFormatter({ timestamp: "rfc3339", value, format: line });
  const encoder = new TextEncoder();
  await configure({
    sinks: { stderr: (record) => void Deno.stderr.writeSync(encoder.encode(format(record))) },
    loggers: [
      { category: "sluice", lowestLevel: level, sinks: ["stderr"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["stderr"] },
    ],
  });
}

function line({ timestamp, level, message }: FormattedValues): string {
  return `${timestamp} ${level} ${message}`;
}

function value(text: unknown): string {
  return printable(String(text));
}

/** A peer's name must not begin a line of its own, nor speak to the terminal. */
function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\0-\x1f\x7f-\x9f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
