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
  type TextFormatter,
} from "@logtape/logtape";

/** The levels, from all to almost nothing. */
export const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;

/** One of the {@linkcode LOG_LEVELS}. */
export type LogLevel = typeof LOG_LEVELS[number];

/**
 * What must not stand in a line as it is: controls, which end a line or speak to a terminal, and marks
 * that turn the direction of text, so that it reads as something else.
 */
// deno-lint-ignore no-control-regex
const UNPRINTABLE = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Sends all log lines to standard error: standard output may be carrying video. */
export async function startLog(level: LogLevel, json: boolean): Promise<void> {
  const format = json ? jsonFormat() : textFormat(Deno.stderr.isTerminal());
  const encoder = new TextEncoder();
  await configure({
    sinks: { stderr: (record) => void Deno.stderr.writeSync(encoder.encode(format(record))) },
    loggers: [
      { category: "sluice", lowestLevel: level, sinks: ["stderr"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["stderr"] },
    ],
  });
}

/** One JSON object a line, its properties beside the message. */
export function jsonFormat(): TextFormatter {
  const format = getJsonLinesFormatter({ properties: "flatten" });
  // What is escaped can only stand in strings, and the end of the line is ours.
  return (record) => `${printable(format(record).trimEnd())}\n`;
}

/**
 *     2026-01-02T03:04:05.678Z INF [id of the connection] message
 *
 * The id is there where the event is one of a connection.
 */
export function textFormat(isTerminal: boolean): TextFormatter {
  return isTerminal
    ? getAnsiColorFormatter({ timestamp: "time", value, format: line })
    : getTextFormatter({ timestamp: "rfc3339", value, format: line });
}

function line({ timestamp, level, message, record }: FormattedValues): string {
  const { connection } = record.properties;
  const id = typeof connection === "string" ? ` [${printable(connection)}]` : "";
  return `${timestamp} ${level}${id} ${message}`;
}

function value(text: unknown): string {
  return printable(String(text));
}

/** A peer's name must not begin a line of its own, nor speak to the terminal. */
function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
