/**
 * Comings and goings at our server for minutes: `deno task bench:soak [minutes]`.
 *
 * Prints memory and open files while it runs, and at the end whether everything that was opened has
 * been closed and whether the books of all publications balanced.
 *
 * @module
 */

import { memory, openFiles } from "../peers/process_stat.ts";
import { startSluice } from "../peers/servers.ts";
import { type Guest, GUESTS } from "./guests.ts";

/** How many guests there are at a time. */
const CROWD = 24;

/** How often the server is looked at, in milliseconds. */
const INTERVAL = 10_000;

/** How long the server may take to open what it needs, in milliseconds. */
const START = 1_000;

/** How long the server may take when all have gone: it keeps viewers for 5 s. */
const AFTERMATH = 15_000;

/** What the log has told of publications that have ended. */
const books = { balanced: 0, off: 0, errors: 0 };

const minutes = Number(Deno.args[0] ?? 2);
if (!(minutes > 0)) throw new Error("Cannot go on for that long: expected a number of minutes");

await using server = await startSluice([], { log: readLog });
const http = server.api!.slice(0, server.api!.indexOf("/api"));
const place = { port: server.port, http };
const visits = Object.fromEntries(Object.keys(GUESTS).map((kind) => [kind, { ended: 0, cut: 0 }]));
const began = performance.now();

tell(" seconds   MiB   files   publications   out of balance");
await pause(START);
const before = await look();
const end = began + minutes * 60_000;
const crowd = Promise.all(Array.from({ length: CROWD }, comeAndGo));
while (performance.now() < end) {
  await pause(Math.min(INTERVAL, end - performance.now()));
  await look();
}
await crowd;
await pause(AFTERMATH);
const after = await look();

const { streams } = await (await fetch(`${server.api}/streams`)).json();
for (const [kind, { ended, cut }] of Object.entries(visits)) {
  tell(`${kind.padEnd(12)} ${ended} ended as they meant to, ${cut} otherwise`);
}
tell(
  `${books.balanced} publications balanced, ${books.off} did not; ${books.errors} errors logged`,
);
tell(`${after.files - before.files} files more than before, ${streams.length} streams left`);
const isClean = books.off === 0 && books.errors === 0 && after.files <= before.files + 1;
if (!isClean || streams.length > 0 || books.balanced === 0) Deno.exitCode = 1;

/** One place in the crowd: as soon as a guest has gone the next one comes. */
async function comeAndGo(): Promise<void> {
  const kinds = Object.entries<Guest>(GUESTS);
  while (performance.now() < end) {
    const [kind, guest] = kinds[Math.floor(Math.random() * kinds.length)]!;
    try {
      await guest(place);
      visits[kind]!.ended++;
    } catch {
      // Taken names, publishers that are gone, connections that the server closes: all expected.
      visits[kind]!.cut++;
    }
  }
}

async function look(): Promise<{ files: number }> {
  const { now } = await memory(server.pid);
  const files = await openFiles(server.pid);
  const seconds = Math.round((performance.now() - began) / 1000);
  const columns = [
    seconds,
    Math.round(now / 2 ** 20),
    files,
    books.balanced + books.off,
    books.off,
  ];
  const widths = [8, 6, 8, 15, 17];
  tell(columns.map((column, index) => String(column).padStart(widths[index]!)).join(""));
  return { files };
}

function readLog(line: string): void {
  if (line.includes("ledger balanced")) books.balanced++;
  if (line.includes("The books are off")) books.off++;
  if (/^\S+ (ERR|FTL) |Uncaught/.test(line)) {
    books.errors++;
    tell(line);
  }
}

function tell(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
