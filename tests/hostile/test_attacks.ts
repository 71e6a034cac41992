/**
 * Runs attacks, each on a server of its own with honest peers beside it.
 *
 * @module
 */

import { assert } from "@std/assert";
import { recordingDirectory } from "../support/api.ts";
import { recordPermissions, ServerProcess } from "../support/server.ts";
import { until } from "../support/wait.ts";
import type { Attack } from "./attack.ts";
import type { Orders } from "./attacker.ts";
import { HonestPeers } from "./honest_peers.ts";
import type { SlowestAnswer } from "./health_monitor.ts";

/** Milliseconds that the server may work before it answers the operator's monitor. */
const LONGEST_WORK = 250;

/** The same on a busy machine: the same work takes longer where others have the caches. */
const LONGEST_BUSY_WORK = 500;

/** Interval between two looks at the memory, in milliseconds. */
const LOOK_INTERVAL = 20;

const MEBIBYTE = 2 ** 20;

/** What an attack has cost. */
export interface Cost extends SlowestAnswer {
  /** Mebibytes in RAM, at most, beyond what there was before. */
  mebibytes: number;
  /** Milliseconds from the first byte of the attack until the honest peers had gone on. */
  lasted: number;
  /** Frames of the honest publisher, all of which arrived. */
  frames: number;
}

/** Registers a test for each attack of a module. */
export function testAttacks(module: string, attacks: Attack[]): void {
  for (const attack of attacks) {
    Deno.test({
      name: `everything honest goes on while ${attack.name}`,
      // Other systems have one address on loopback, and do not tell how much memory a process has.
      ignore: Deno.build.os !== "linux",
      async fn() {
        const { mebibytes, worked, waited } = await runAttack(module, attack);
        const most = attack.mebibytes ?? Infinity;
        assert(mebibytes <= most, `${mebibytes} MiB were taken, expected at most ${most}`);
        const text = `/healthz waited for ${worked} ms of work, ${waited} ms on the clock`;
        // A third of the time on the clock was that of other programs, or of the disk.
        const isBusy = waited > 1.5 * worked;
        assert(worked <= (isBusy ? LONGEST_BUSY_WORK : LONGEST_WORK), text);
      },
    });
  }
}

/** Runs one, and makes sure that everything honest has gone on. */
export async function runAttack(module: string, attack: Attack): Promise<Cost> {
  await using directory = await recordingDirectory();
  await using server = await startServer(attack, directory.path);
  const { port, http, pid } = server;
  await using honest = await HonestPeers.begin(server, attack.streamKey);
  const before = resident(pid);
  let most = before;
  const timer = setInterval(() => most = Math.max(most, resident(pid)), LOOK_INTERVAL);
  const begun = performance.now();
  const httpPort = Number(new URL(http).port);
  await using attacker = new Attacker({
    module,
    name: attack.name,
    target: { port, http, httpPort, pid, directory: directory.path },
  });
  try {
    await attacker.finished("the attack");
    await honest.goOn();
    await honest.monitor.goOn();
    if (attack.check) await attacker.check();
    const lasted = Math.round(performance.now() - begun);
    const { waited, worked } = honest.monitor.slowest;
    await attacker[Symbol.asyncDispose]();
    await honest.end();
    return {
      waited: Math.round(waited),
      worked: Math.round(worked),
      mebibytes: Math.round((most - before) / MEBIBYTE),
      lasted,
      frames: honest.frames,
    };
  } catch (error) {
    const text = error instanceof Error ? error.message.slice(0, 2_000) : error;
    throw new Error(`${text}\nThe server's log:\n${server.lines.slice(-20).join("\n")}`);
  } finally {
    clearInterval(timer);
  }
}

function startServer(attack: Attack, directory: string): Promise<ServerProcess> {
  const { args = [], streamKey, records, descriptors } = attack;
  return ServerProcess.start({
    args: [
      ...args,
      ...streamKey === undefined ? [] : ["--stream-key", streamKey],
      ...records ? ["--record", directory] : [],
    ],
    ...records && { permissions: recordPermissions(directory) },
    ...descriptors !== undefined && { shell: `ulimit -n ${descriptors}` },
  });
}

/** Bytes of memory that a process has in RAM. */
function resident(pid: number): number {
  const [, kibibytes] = /VmRSS:\s*(\d+) kB/.exec(Deno.readTextFileSync(`/proc/${pid}/status`))!;
  return Number(kibibytes) * 1024;
}

/** The worker, from here. */
class Attacker implements AsyncDisposable {
  readonly #worker = new Worker(new URL("attacker.ts", import.meta.url), { type: "module" });
  #answer: unknown;

  constructor(orders: Orders) {
    this.#worker.onmessage = ({ data }) => this.#answer = data;
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#answer = new Error(event.message);
    };
    this.#worker.postMessage(orders);
  }

  async finished(what: string): Promise<void> {
    await until(`${what} to end`, () => this.#answer !== undefined);
    if (this.#answer !== "done") throw this.#answer;
  }

  async check(): Promise<void> {
    this.#answer = undefined;
    this.#worker.postMessage("check");
    await this.finished("the check");
  }

  // deno-lint-ignore require-await
  async [Symbol.asyncDispose](): Promise<void> {
    this.#worker.terminate();
  }
}
