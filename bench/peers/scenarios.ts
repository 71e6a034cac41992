/**
 * What is measured.
 *
 * @module
 */

import { checkBooks } from "./books.ts";
import { type Job, Load, type Outcome } from "./job.ts";
import { cpuSeconds, memory } from "./process_stat.ts";
import { recording } from "./record.ts";
import type { Result } from "./results.ts";
import { afresh, inTurn, rows, type Server, settledCpu } from "./rounds.ts";
import type { Peer } from "./servers.ts";

/** What everything is measured with. */
export interface Circumstances {
  peers: Peer[];
  rounds: number;
  /** How long publishers of live streams go on. */
  seconds: number;
  /** Takes what went wrong. */
  failed: (sentence: string) => void;
}

/** Measures something. */
export type Scenario = (circumstances: Circumstances) => Promise<Result[]>;

/** How many publications make one measurement of an ingest: CPU time comes in hundredths. */
const FLOODS = 4;

/** Seconds of a fan-out: 20 players of 40 Mbit/s get 0.5 GB in them. */
const FAN_OUT_SECONDS = 5;

/** The part of a publisher's bytes that are headers, of which a server may need fewer. */
const HEADERS = 0.001;

/** Connections over which memory is divided. */
const CONNECTIONS = 500;

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** The floor of an ingest alone: elsewhere a copy is not what it costs. */
const COPIES = "bare Deno, copies";

/** All of them, by the name under which one is asked for. */
export const SCENARIOS: Record<string, Scenario> = {
  "ingest": async (circumstances) => [
    ...await ingest(circumstances, 4096),
    ...await ingest(circumstances, 128),
  ],
  "fan-out": async (circumstances) => [
    ...await fanOut(circumstances, 20),
    ...await fanOut(circumstances, 100),
  ],
  "live": live,
  "delay": delay,
  "memory": async (circumstances) => [
    ...await silent(circumstances, false),
    ...await silent(circumstances, true),
  ],
  "start": start,
};

/** One publisher after the other, as fast as the server takes it. */
async function ingest(circumstances: Circumstances, chunkSize: number): Promise<Result[]> {
  const { peers, rounds } = circumstances;
  const path = await recording("40mbit", chunkSize);
  const samples = await inTurn(peers, rounds, async (server, round) => {
    const job = { recording: path, publishers: FLOODS, pace: "flood" } as const;
    const { cpu, sent, time } = await run(circumstances, server, round, job);
    const { peak } = await memory(server.pid);
    return { cost: cpu / (sent / GIB), time: time / 1000 / (sent / GIB), peak: peak / MIB };
  });
  const title = `Ingest, chunks of ${chunkSize}`;
  return [
    { id: `ingest-${chunkSize}`, title, unit: "CPU s/GiB", rows: rows(samples, "cost") },
    {
      id: `ingest-${chunkSize}-time`,
      title: `${title}, time`,
      unit: "s/GiB",
      rows: rows(samples, "time"),
    },
    {
      id: `ingest-${chunkSize}-peak`,
      title: `${title}, peak memory`,
      unit: "MiB",
      rows: rows(samples, "peak"),
    },
  ];
}

/** A publisher of 40 Mbit/s and its players. */
async function fanOut(circumstances: Circumstances, players: number): Promise<Result[]> {
  const path = await recording("40mbit", 4096);
  const peers = circumstances.peers.filter(({ name }) => name !== COPIES);
  const samples = await inTurn(peers, circumstances.rounds, async (server, round) => {
    const { cpu, delivered, sent } = await run(circumstances, server, round, {
      recording: path,
      publishers: 1,
      pace: "live",
      seconds: FAN_OUT_SECONDS,
      players,
    });
    const part = delivered / (sent * players);
    if (part < 1 - HEADERS) {
      const percent = (100 * part).toFixed(1);
      circumstances.failed(`${server.peer.name} gave ${players} players ${percent} % of the bytes`);
    }
    return { cost: cpu / (delivered / GIB) };
  });
  return [{
    id: `fan-out-${players}`,
    title: `Fan-out to ${players} players of 40 Mbit/s`,
    unit: "CPU s/GiB delivered",
    rows: rows(samples, "cost"),
  }];
}

/** 200 publishers of 2.5 Mbit/s at their pace. */
async function live(circumstances: Circumstances): Promise<Result[]> {
  const path = await recording("2.5mbit", 4096);
  const publishers = 200;
  const peers = circumstances.peers.filter(({ name }) => name !== COPIES);
  const samples = await afresh(peers, circumstances.rounds, async (server, round) => {
    const before = await memory(server.pid);
    const outcome = await run(circumstances, server, round, {
      recording: path,
      publishers,
      pace: "live",
      seconds: circumstances.seconds,
    });
    const { now } = await memory(server.pid);
    return {
      cpu: 100 * outcome.cpu / (outcome.time / 1000),
      each: (now - before.now) / publishers / 1024,
      lateness: outcome.lateness,
    };
  });
  const title = `${publishers} publishers of 2.5 Mbit/s`;
  return [
    { id: "live-200", title, unit: "% of a core", rows: rows(samples, "cpu") },
    { id: "live-memory", title: `${title}, memory`, unit: "KiB each", rows: rows(samples, "each") },
    {
      id: "live-lateness",
      title: `${title}, longest that one was held back`,
      unit: "ms",
      rows: rows(samples, "lateness"),
    },
  ];
}

/** From publisher to player, the load generator's own time included. */
async function delay(circumstances: Circumstances): Promise<Result[]> {
  const path = await recording("2.5mbit", 4096);
  const peers = circumstances.peers.filter(({ speaksRtmp }) => speaksRtmp);
  const samples = await inTurn(peers, circumstances.rounds, async (server, round) => {
    const { delay } = await run(circumstances, server, round, {
      recording: path,
      publishers: 1,
      pace: "live",
      seconds: 2 * FAN_OUT_SECONDS,
      players: 50,
      timesDelay: true,
    });
    return delay;
  });
  const title = "Delay to 50 players";
  return [
    { id: "delay-median", title: `${title}, median`, unit: "ms", rows: rows(samples, "median") },
    { id: "delay-p99", title: `${title}, p99`, unit: "ms", rows: rows(samples, "p99") },
  ];
}

/** What a connection costs that says nothing. */
async function silent(circumstances: Circumstances, connected: boolean): Promise<Result[]> {
  const { rounds } = circumstances;
  const peers = circumstances.peers.filter(({ speaksRtmp }) => speaksRtmp);
  const samples = await afresh(peers, rounds, async (server, round) => {
    const before = await memory(server.pid);
    await using load = await Load.start({
      ...basics(server, round),
      silent: { count: CONNECTIONS, connected },
    });
    await settledCpu(server.pid);
    const after = await memory(server.pid);
    await load.send();
    await load.close();
    return { each: (after.now - before.now) / CONNECTIONS / 1024 };
  });
  const stage = connected ? "connected" : "open";
  const what = connected ? "connected and silent" : "without a handshake";
  return [{
    id: `memory-${stage}`,
    title: `A connection ${what}`,
    unit: "KiB",
    rows: rows(samples, "each"),
  }];
}

/** From being started to the first connection. */
async function start({ peers, rounds }: Circumstances): Promise<Result[]> {
  const samples = await afresh(peers, rounds, ({ startTime }) => Promise.resolve({ startTime }));
  return [{ id: "start", title: "Start", unit: "ms", rows: rows(samples, "startTime") }];
}

/** Runs a job to its end, and compares our books with it before the publishers say farewell. */
async function run(
  { failed }: Circumstances,
  server: Server,
  round: number,
  job: Partial<Job>,
): Promise<Outcome & { cpu: number }> {
  const whole = { ...basics(server, round), ...job };
  await using load = await Load.start(whole);
  const before = await cpuSeconds(server.pid);
  const outcome = await load.send();
  const cpu = await settledCpu(server.pid) - before;
  if (outcome.lost > 0) failed(`${server.peer.name} lost ${outcome.lost} publishers`);
  const wrong = server.api ? await checkBooks(server.api, whole, outcome.frames) : [];
  for (const sentence of wrong) failed(`${server.peer.name}, ${sentence}`);
  await load.close();
  return { ...outcome, cpu };
}

function basics(server: Server, round: number): Job {
  return {
    port: server.port,
    speaksRtmp: server.peer.speaksRtmp,
    round,
    publishers: 0,
    pace: "flood",
    seconds: 0,
    players: 0,
    timesDelay: false,
  };
}
