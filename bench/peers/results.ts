/**
 * What has been measured, and what is to be read off it.
 *
 * @module
 */

import type { PeerName } from "./servers.ts";
import { median } from "./statistics.ts";

/** One number of one server, from every round. */
export interface Row {
  peer: PeerName;
  values: number[];
}

/** One thing that was measured, on all servers. Less is better, everywhere. */
export interface Result {
  id: string;
  title: string;
  unit: string;
  rows: Row[];
}

/** What a ratio or a number has to stay below. */
export interface Target {
  title: string;
  value: number;
  limit: number;
}

/** A measurement as it is kept. */
export interface Report {
  measuredAt: string;
  machine: string;
  versions: Record<string, string>;
  rounds: number;
  results: Result[];
  targets: Target[];
  /** Everything that went wrong: frames that were lost, publishers that were. */
  failures: string[];
}

/** What we want of ourselves, beside others or by itself. */
const WANTED: { id: string; beside?: PeerName; limit: number }[] = [
  { id: "ingest-4096", beside: "nginx-rtmp", limit: 0.8 },
  { id: "ingest-128", beside: "nginx-rtmp", limit: 0.2 },
  { id: "ingest-4096", beside: "Node-Media-Server", limit: 0.3 },
  { id: "ingest-128", beside: "Node-Media-Server", limit: 0.3 },
  { id: "fan-out-20", beside: "nginx-rtmp", limit: 0.6 },
  { id: "fan-out-100", beside: "nginx-rtmp", limit: 0.6 },
  { id: "live-200", beside: "nginx-rtmp", limit: 2.6 },
  { id: "live-200", beside: "Node-Media-Server", limit: 0.4 },
  { id: "delay-median", limit: 2 },
  { id: "delay-p99", limit: 10 },
  { id: "memory-open", limit: 24 },
  { id: "memory-connected", limit: 80 },
  { id: "start", limit: 300 },
];

/** The targets for which there are measurements. */
export function targets(results: Result[]): Target[] {
  const found: Target[] = [];
  for (const { id, beside, limit } of WANTED) {
    const result = results.find((result) => result.id === id);
    const ours = result && medianOf(result, "Sluice");
    if (!result || ours === undefined) continue;
    if (beside === undefined) {
      found.push({ title: `${result.title}, ${result.unit}`, value: ours, limit });
      continue;
    }
    const theirs = medianOf(result, beside);
    if (theirs === undefined) continue;
    found.push({ title: `${result.title}, to ${beside}`, value: ours / theirs, limit });
  }
  return found;
}

/** The middle of what a server was measured with, if it was. */
function medianOf({ rows }: Result, peer: PeerName): number | undefined {
  const row = rows.find((row) => row.peer === peer);
  return row && median(row.values);
}

/** The report as text, a table for each result. */
export function describe(
  { machine, versions, rounds, results, targets, failures }: Report,
): string {
  const software = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const head = `${machine}; ${software.join(", ")}; medians of ${rounds} rounds`;
  return [
    head,
    ...results.map(describeResult),
    "targets",
    ...targets.map(({ title, value, limit }) =>
      `  ${value <= limit ? "met   " : "missed"}  ${title}: ${figure(value)}, at most ${limit}`
    ),
    "",
    ...failures.length > 0 ? ["failures", ...failures.map((failure) => `  ${failure}`)] : [],
  ].join("\n");
}

function describeResult(result: Result): string {
  const ours = medianOf(result, "Sluice");
  const lines = result.rows.map(({ peer, values }) => {
    const middle = median(values);
    const range = `${figure(Math.min(...values))} to ${figure(Math.max(...values))}`;
    const ratio = ours === undefined || peer === "Sluice"
      ? ""
      : `Sluice × ${figure(middle / ours)}`;
    return `  ${peer.padEnd(18)} ${figure(middle).padStart(8)}   ${range.padEnd(18)} ${ratio}`
      .trimEnd();
  });
  return [`\n${result.title}, ${result.unit}`, ...lines, ""].join("\n");
}

/** Three digits, as far as there are any. */
export function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
