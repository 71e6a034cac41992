/**
 * The log of a server within the test's own process.
 *
 * @module
 */

import { configure, type LogRecord, reset } from "@logtape/logtape";

/** Log records, as they are written. */
export interface CapturedLog extends AsyncDisposable {
  readonly records: LogRecord[];
  /** The lines of these levels, without time and level. */
  lines(...levels: LogRecord["level"][]): string[];
}

/** Keeps everything that is logged until it is disposed of. */
export async function captureLog(): Promise<CapturedLog> {
  const records: LogRecord[] = [];
  await configure({
    reset: true,
    sinks: { test: (record) => void records.push(record) },
    loggers: [
      { category: "sluice", lowestLevel: "debug", sinks: ["test"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["test"] },
    ],
  });
  return {
    records,
    lines: (...levels) =>
      records.filter(({ level }) => levels.includes(level)).map(({ message }) => message.join("")),
    [Symbol.asyncDispose]: () => reset(),
  };
}
