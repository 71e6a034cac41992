/**
 * Measuring servers in turn, so that what the machine does meanwhile hits all of them alike.
 *
 * @module
 */

import type { Row } from "./results.ts";
import type { Peer, RunningPeer } from "./servers.ts";
import { cpuSeconds } from "./process_stat.ts";

/** A server that runs, with what it is. */
export type Server = RunningPeer & { peer: Peer };

/** Named numbers of one round. */
export type Sample = Record<string, number>;

/** How long the CPU time of a server must stand still to be all there is, in milliseconds. */
const STILL = 150;

/** Interval between two looks, in milliseconds. */
const INTERVAL = 50;

/** The longest that a server may go on working, in milliseconds. */
const SETTLE_PATIENCE = 10_000;

/** Rounds that do not count: just-in-time compilers need them to warm up. */
const WARM_UP = 2;

/**
 * Measures each server once a round. All servers run all the while; those that are not measured have
 * nothing to do.
 */
export async function inTurn(
  peers: Peer[],
  rounds: number,
  measure: (server: Server, round: number) => Promise<Sample>,
): Promise<Map<Peer, Sample[]>> {
  const samples = new Map<Peer, Sample[]>(peers.map((peer) => [peer, []]));
  await using stack = new AsyncDisposableStack();
  const servers: Server[] = [];
  for (const peer of peers) servers.push({ ...stack.use(await peer.start()), peer });
  for (let round = 0; round < WARM_UP + rounds; round++) {
    for (const server of servers) {
      const sample = await measure(server, round);
      if (round >= WARM_UP) samples.get(server.peer)!.push(sample);
    }
  }
  return samples;
}

/** The same with a fresh server for each measurement, and no round for warming up. */
export async function afresh(
  peers: Peer[],
  rounds: number,
  measure: (server: Server, round: number) => Promise<Sample>,
): Promise<Map<Peer, Sample[]>> {
  const samples = new Map<Peer, Sample[]>(peers.map((peer) => [peer, []]));
  for (let round = 0; round < rounds; round++) {
    for (const peer of peers) {
      await using running = await peer.start();
      samples.get(peer)!.push(await measure({ ...running, peer }, round));
    }
  }
  return samples;
}

/** One of the numbers, from all rounds of all servers. */
export function rows(samples: Map<Peer, Sample[]>, name: string): Row[] {
  return [...samples].map(([{ name: peer }, all]) => ({
    peer,
    values: all.map((sample) => sample[name]!).filter((value) => !Number.isNaN(value)),
  })).filter(({ values }) => values.length > 0);
}

/** The CPU time of a server when it has dealt with everything that it was sent. */
export async function settledCpu(pid: number): Promise<number> {
  const deadline = performance.now() + SETTLE_PATIENCE;
  let before = await cpuSeconds(pid);
  let since = performance.now();
  while (performance.now() - since < STILL && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
    const now = await cpuSeconds(pid);
    if (now !== before) since = performance.now();
    before = now;
  }
  return before;
}
