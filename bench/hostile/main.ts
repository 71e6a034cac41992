/**
 * Runs every attack of `tests/hostile` and prints what it costs: `deno task bench:hostile [pattern]`.
 *
 * @module
 */

// deno-lint-ignore-file no-console

import type { Attack } from "../../tests/hostile/attack.ts";
import { runAttack } from "../../tests/hostile/test_attacks.ts";

const DIRECTORY = new URL("../../tests/hostile/attacks/", import.meta.url);

const pattern = new RegExp(Deno.args[0] ?? "");
const entries = await Array.fromAsync(Deno.readDir(DIRECTORY));

console.log(`load ${Deno.loadavg().map((load) => load.toFixed(1))}`);
console.log(`| while … | /healthz, ms | of that work, ms | MiB | lasted, s | honest frames |`);
console.log(`| --- | --- | --- | --- | --- | --- |`);
for (const { name } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
  const module = new URL(name, DIRECTORY).href;
  const { attacks }: { attacks: Attack[] } = await import(module);
  for (const attack of attacks.filter(({ name }) => pattern.test(name))) {
    const { waited, worked, mebibytes, lasted, frames } = await runAttack(module, attack);
    const seconds = (lasted / 1000).toFixed(1);
    console.log(
      `| ${attack.name} | ${waited} | ${worked} | ${mebibytes} | ${seconds} | ${frames} |`,
    );
  }
}
console.log(`load ${Deno.loadavg().map((load) => load.toFixed(1))}`);
