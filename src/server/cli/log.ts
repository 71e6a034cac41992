/**
 * The log: one line for each event, always on standard error, since standard output may carry video.
 *
 * @module
 */

import {
  configure,
  type FormattedValues,
  getAnsiColorFormatter,
  getTextFormatter,
  type LogRecord,
  type TextFormatter,
} from "@logtape/logtape";
import { printable } from "../../plain_text.ts";

/** The log levels, the most verbose first. */
export const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;

/** One of the {@linkcode LOG_LEVELS}. */
export type LogLevel = typeof LOG_LEVELS[number];

/**
 * The length of a connection's id in a line of text, in characters: short, but distinct.
 */
const SHORT_ID = 8;

/** Sends all log lines of this level and above to standard error. */
export async function startLog(level: LogLevel, json: boolean): Promise<void> {
  const format = logFormat(json);
  await configure({
    sinks: { stderr: (record) => writeLine(format(record)) },
    loggers: [
      { category: "sluice", lowestLevel: level, sinks: ["stderr"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["stderr"] },
    ],
  });
}

/**
 * Writes one line to standard error without the log, whatever its level: `text` as it is or, with
 * `json`, as an object like those of the log.
 */
export function printLine(
  text: string,
  { json, level = "info", properties = {} }: {
    json: boolean;
    level?: LogLevel;
    properties?: Record<string, unknown>;
  },
): void {
  if (!json) return writeLine(`${text}\n`);
  const record = { category: ["sluice", "server"], level, message: [text], timestamp: Date.now() };
  writeLine(jsonFormat({ ...record, rawMessage: text, properties }));
}

function logFormat(json: boolean): TextFormatter {
  if (json) return jsonFormat;
  const isTerminal = Deno.stderr.isTerminal();
  return textFormat({ isTerminal, colors: isTerminal && !Deno.noColor });
}

/**
 * Writes a line to standard error. If that is closed (a terminal that was closed, a pipe without a
 * reader), the line is lost and the server continues: there is no other place to report it.
 */
function writeLine(line: string): void {
  const bytes = new TextEncoder().encode(line);
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stderr.writeSync(bytes.subarray(at));
  } catch {
    return;
  }
}

/** Formats a record as one JSON object: the message as text, and its values by name. */
export function jsonFormat(record: LogRecord): string {
  const { timestamp, level, message, category, properties } = record;
  const line = JSON.stringify({
    "@timestamp": new Date(timestamp).toISOString(),
    level: level === "warning" ? "WARN" : level.toUpperCase(),
    message: message.map(String).join(""),
    logger: category.join("."),
    ...properties,
  });
  // Characters to escape are only in strings; the final newline is added after it.
  return `${printable(line)}\n`;
}

/**
 *     2026-01-02T03:04:05.678Z INF [5c9697b6] message
 *
 * The beginning of the connection's id is there where the event is one of a connection. On a terminal
 * the time has no date, and there are colors unless `NO_COLOR` is set.
 */
export function textFormat(
  { isTerminal, colors }: { isTerminal: boolean; colors: boolean },
): TextFormatter {
  const options = { timestamp: isTerminal ? "time" : "rfc3339", value, format: line } as const;
  return colors ? getAnsiColorFormatter(options) : getTextFormatter(options);
}

function line({ timestamp, level, message, record }: FormattedValues): string {
  const { connection } = record.properties;
  const id = typeof connection === "string" ? ` [${printable(connection.slice(0, SHORT_ID))}]` : "";
  return `${timestamp} ${level}${id} ${message}`;
}

function value(text: unknown): string {
  return printable(String(text));
}
