/**
 * The load generator: publishers, players and silent connections in a process of their own.
 *
 * It says a line when everybody is connected, sends at the first line it is told, and ends the
 * connections at the second.
 *
 * @module
 */

import type { Job, Outcome } from "./job.ts";
import { connectCommand, Player } from "./player.ts";
import { Publisher } from "./publisher.ts";
import { Recording, streamName } from "./recording.ts";
import { median, percentile } from "./statistics.ts";
import { Wire } from "./wire.ts";

/** How long players get to be known to the server before the publisher comes, in milliseconds. */
const PLAYERS_SETTLE = 200;

/** When nothing has come for so long, in milliseconds, everything has. */
const QUIET = 200;

/** Between the begins of publishers, in milliseconds: the first frames are the largest. */
const STAGGER = 10;

const job: Job = JSON.parse(Deno.args[0]!);
const sentAt = new Map<number, number>();
const delays: number[] = [];

const wires = await connectSilent();
const recording = job.recording === undefined ? undefined : await Recording.open(job.recording);
const players = await openPlayers();
const publishers = recording ? await openPublishers(recording) : [];

await say("ready");
await told();
await say(JSON.stringify(await send()));
await told();
for (const player of players) player.close();
await Promise.all(publishers.map((publisher) => publisher.close().catch(() => {})));
for (const wire of wires) wire.close();
await say("closed");
await told();

async function connectSilent(): Promise<Wire[]> {
  const { count, connected } = job.silent ?? { count: 0, connected: false };
  const all: Wire[] = [];
  for (let i = 0; i < count; i++) {
    const wire = await Wire.connect(job.port);
    if (connected) {
      await wire.shakeHands();
      await wire.write(connectCommand(job.port));
      await wire.hear("NetConnection.Connect.Success");
    }
    all.push(wire);
  }
  return all;
}

async function openPlayers(): Promise<Player[]> {
  const heard = job.timesDelay ? receive : undefined;
  const all: Player[] = [];
  for (let i = 0; i < job.players; i++) {
    all.push(await Player.open(job.port, streamName(job.round, 0), job.speaksRtmp, heard));
  }
  if (all.length > 0) await new Promise((resolve) => setTimeout(resolve, PLAYERS_SETTLE));
  return all;
}

async function openPublishers(recording: Recording): Promise<Publisher[]> {
  const all: Publisher[] = [];
  for (let i = 0; i < job.publishers; i++) {
    const name = streamName(job.round, i);
    all.push(await Publisher.open(recording, name, job.port, job.speaksRtmp));
  }
  return all;
}

async function send(): Promise<Outcome> {
  const began = performance.now();
  const lost = job.pace === "flood" ? await floodInTurn() : await sendLive();
  let time = performance.now() - began;
  if (players.length > 0) time = await quiet() - began;
  return {
    time,
    sent: publishers.reduce((sum, { bytes }) => sum + bytes, 0),
    delivered: received(),
    frames: { videoFrames: frames("videoFrames"), audioFrames: frames("audioFrames") },
    lateness: Math.max(0, ...publishers.map(({ lateness }) => lateness)),
    lost,
    delay: { median: median(delays), p99: percentile(delays, 0.99) },
  };
}

async function floodInTurn(): Promise<number> {
  for (const publisher of publishers) await publisher.flood();
  return 0;
}

async function sendLive(): Promise<number> {
  const sending = job.timesDelay ? noteTime : undefined;
  const results = await Promise.allSettled(
    publishers.map((publisher, i) => publisher.live(job.seconds, i * STAGGER, sending)),
  );
  return results.filter(({ status }) => status === "rejected").length;
}

/** Waits until players get nothing more; resolves with the time of the last byte. */
async function quiet(): Promise<number> {
  let last = performance.now();
  for (let before = -1; performance.now() - last < QUIET;) {
    if (received() !== before) {
      before = received();
      last = performance.now();
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return last;
}

function received(): number {
  return players.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Frames of a kind that each publisher sends. */
function frames(kind: "videoFrames" | "audioFrames"): number {
  const until = job.pace === "flood" ? Infinity : job.seconds * 1000;
  let count = 0;
  for (const { frame, timestamp } of recording?.media ?? []) {
    if (timestamp >= until) break;
    if (frame === kind) count++;
  }
  return count;
}

function noteTime(typeId: number, timestamp: number): void {
  sentAt.set(key(typeId, timestamp), performance.now());
}

/** The first second is left out: it holds what players get to begin with. */
function receive(typeId: number, timestamp: number): void {
  const sent = sentAt.get(key(typeId, timestamp));
  if (sent !== undefined && timestamp > 1000) delays.push(performance.now() - sent);
}

function key(typeId: number, timestamp: number): number {
  return typeId * 2 ** 32 + timestamp;
}

async function say(line: string): Promise<void> {
  const writer = Deno.stdout.writable.getWriter();
  await writer.write(new TextEncoder().encode(`${line}\n`));
  writer.releaseLock();
}

async function told(): Promise<void> {
  await Deno.stdin.read(new Uint8Array(16));
}
