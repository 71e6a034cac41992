/**
 * Measures our server beside others: `deno task bench:peers`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { chart } from "./chart.ts";
import { describe, type Report, type Result, targets } from "./results.ts";
import { SCENARIOS } from "./scenarios.ts";
import { availablePeers, type Peer } from "./servers.ts";

const { values: flags } = parseArgs({
  options: {
    /** Which scenarios, divided by commas; all of them by default. */
    "only": { type: "string", default: Object.keys(SCENARIOS).join(",") },
    /** Which servers, by the beginnings of their names. */
    "servers": { type: "string", default: "" },
    "rounds": { type: "string", default: "5" },
    /** How long 200 publishers go on: 20, or up to 60. */
    "seconds": { type: "string", default: "20" },
    /** Writes results.json and the chart too. */
    "write": { type: "boolean", default: false },
  },
});

const peers = (await availablePeers()).filter(isWanted);
const rounds = Number(flags.rounds);
const failures: string[] = [];
const results: Result[] = [];
for (const name of flags.only.split(",")) {
  const scenario = SCENARIOS[name];
  if (!scenario) throw new Error(`Cannot measure ${name}: ${Object.keys(SCENARIOS).join(", ")}`);
  const failed = (sentence: string) => failures.push(`${name}: ${sentence}`);
  tell(`measuring ${name}`);
  results.push(...await scenario({ peers, rounds, seconds: Number(flags.seconds), failed }));
}
const report: Report = {
  measuredAt: new Date().toISOString(),
  machine: await machine(),
  versions: await versions(),
  rounds,
  results,
  targets: targets(results),
  failures,
};
await Deno.stdout.write(new TextEncoder().encode(`${describe(report)}\n`));
if (flags.write) {
  const json = JSON.stringify(report, undefined, 2);
  await Deno.writeTextFile(new URL("../results.json", import.meta.url), `${json}\n`);
  await Deno.mkdir(new URL("../../docs/", import.meta.url), { recursive: true });
  await Deno.writeTextFile(new URL("../../docs/bench.svg", import.meta.url), chart(report));
}
if (failures.length > 0) Deno.exit(1);

function isWanted({ name }: Peer): boolean {
  return flags.servers.split(",").some((wanted) =>
    name.toLowerCase().startsWith(wanted.toLowerCase())
  );
}

function tell(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}

async function machine(): Promise<string> {
  const info = await Deno.readTextFile("/proc/cpuinfo");
  const model = /model name\s*: (.*)/.exec(info)?.[1] ?? "unknown";
  return `${navigator.hardwareConcurrency} cores of ${model}, Linux ${Deno.osRelease()}`;
}

/** The software that was measured, as far as it tells. */
async function versions(): Promise<Record<string, string>> {
  const found: Record<string, string> = { Deno: Deno.version.deno };
  const told = { nginx: ["nginx", "-v"], Node: ["node", "-v"] };
  for (const [name, [program, flag]] of Object.entries(told)) {
    const output = await new Deno.Command(program!, { args: [flag!] }).output().catch(() => null);
    const text = output && new TextDecoder().decode(output.stdout) +
        new TextDecoder().decode(output.stderr);
    const version = /[\d.]{3,}/.exec(text ?? "")?.[0];
    if (version) found[name] = version;
  }
  return found;
}
