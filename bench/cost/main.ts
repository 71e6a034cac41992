/**
 * Searches for the bytes that cost the server the most: `deno task bench:cost [seed] [seconds]`.
 *
 * Each shape is sent in a few sizes to a server process, behind a viewer that reads everything; the
 * dearest is then searched around. CPU time is that of the server's process, the kernel's and the
 * garbage collector's included. The same bytes go to a bare loop that copies them.
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { concat } from "@std/bytes";
import { writeCommand } from "../../src/message/command.ts";
import { setChunkSize } from "../../src/message/control.ts";
import { MessageEncoder } from "../../src/message/message_encoder.ts";
import { handshakeBytes } from "../../tests/support/raw_client.ts";
import { print as printRequests, searchRequests } from "./requests.ts";
import { type Shape, SHAPES } from "./shapes.ts";
import { Target } from "./target.ts";

/** What is sent in one measurement, in bytes. */
const BATCH = 4 * 1024 * 1024;

/** Messages in one measurement, at most: small ones cost by the message. */
const MESSAGES = 20_000;

const SIZES = [64, 1_024, 16 * 1024, 60_000, 1024 * 1024];

/** Sizes tried around the dearest, for each shape. */
const STEPS = 2;

/** A result. */
interface Measured {
  shape: string;
  size: number;
  sent: number;
  messages: number;
  /** Microseconds of CPU for a KiB, in the server and in the bare loop. */
  perKib: number;
  bare: number;
  /** Microseconds of CPU for a message. */
  perMessage: number;
  /** The longest hold of the event loop, in milliseconds. */
  hold: number;
  /** That of the bare loop: a busy machine holds both. */
  bareHold: number;
  isCut: boolean;
}

const seed = Number(Deno.args[0] ?? 1);
const seconds = Number(Deno.args[1] ?? 120);
const only = new RegExp(Deno.args[2] ?? "");

await using sluice = await Target.start("--timeout", "20");
await using bare = await Target.start("bare");
console.log(`seed ${seed}, load ${Deno.loadavg().map((load) => load.toFixed(1))}`);

const random = generator(seed);
/** The publication of which the bytes have been counted. */
let counted = "";
const until = performance.now() + seconds * 1000;
const all: Measured[] = [];
// What is compiled is compiled before.
for (const size of [64, 1_024, 16 * 1024]) {
  await measure("ordinary video", SHAPES["ordinary video"]!, size);
}
const skipped: string[] = [];
for (const [name, shape] of Object.entries(SHAPES)) {
  if (!only.test(name)) continue;
  if (performance.now() > until) {
    skipped.push(name);
    continue;
  }
  let best: Measured | undefined;
  for (const size of SIZES) {
    const result = await measure(name, shape, size);
    if (!best || result.perKib > best.perKib) best = result;
    all.push(result);
    if (!takesSize(shape)) break;
  }
  for (let step = 0; step < STEPS && takesSize(shape); step++) {
    const size = Math.round(best!.size * (0.5 + random() * 1.5));
    const result = await measure(name, shape, Math.max(64, size));
    if (result.perKib > best!.perKib) best = result;
    all.push(result);
  }
}

print("dearest for each shape, of messages of 1 KiB and more", dearest(all.filter(isLarge)));
print("dearest messages below 1 KiB", dearest(all.filter((one) => !isLarge(one))));
print("longest holds", [...all].sort((a, b) => b.hold - a.hold));
printRequests(await searchRequests(sluice, bare, only));
console.log(`load ${Deno.loadavg().map((load) => load.toFixed(1))}`);
if (skipped.length) console.log(`not reached: ${skipped.join(", ")}`);

function isLarge({ sent, messages }: Measured): boolean {
  return sent / messages >= 1000;
}

function takesSize(shape: Shape): boolean {
  return shape.length > 0;
}

function dearest(results: Measured[]): Measured[] {
  const best = new Map<string, Measured>();
  for (const one of results) {
    if (one.perKib > (best.get(one.shape)?.perKib ?? 0)) best.set(one.shape, one);
  }
  return [...best.values()].sort((a, b) => b.perKib - a.perKib);
}

function print(title: string, results: Measured[]): void {
  console.log(`\n${title}:`);
  for (const one of results.slice(0, 10)) {
    console.log(
      `${one.shape.padEnd(40)} size ${String(one.size).padStart(8)}  ` +
        `${one.perKib.toFixed(1).padStart(8)} us/KiB  bare ${one.bare.toFixed(1).padStart(6)}  ` +
        `${one.perMessage.toFixed(1).padStart(9)} us/message  hold ${one.hold.toFixed(1)} ms, ` +
        `bare ${one.bareHold.toFixed(1)} ms` +
        (one.isCut ? "  (cut off)" : ""),
    );
  }
}

/** Sends a shape to both, and asks what it has cost. */
async function measure(shape: string, make: Shape, size: number): Promise<Measured> {
  const encoder = new MessageEncoder();
  const head = concat([
    handshakeBytes(),
    encoder.encode(writeCommand(0, "connect", 1, { app: "live", tcUrl: "rtmp://127.0.0.1/live" })),
    encoder.encode(writeCommand(0, "createStream", 2, null)),
    encoder.encode(writeCommand(1, "publish", 3, null, "work", "live")),
    encoder.encode(setChunkSize(65_536)),
    // A viewer begins with a keyframe.
    encoder.encode({
      ...{ chunkStreamId: 6, messageStreamId: 1, typeId: 9, timestamp: 0 },
      payload: Uint8Array.of(0x17, 1, 0, 0, 0, 0, 0, 0, 1, 0x65),
    }),
  ]);
  const first = make(size, random);
  const bytesOfOne = first.reduce((sum, { payload }) => sum + payload.length + 12, 0);
  const rounds = Math.max(1, Math.min(MESSAGES / first.length, Math.ceil(BATCH / bytesOfOne)));
  const one = Array.from({ length: Math.min(rounds, 64) }, () => make(size, random));
  const pieces: Uint8Array[] = [];
  for (let i = 0; i < rounds; i++) {
    for (const message of one[i % one.length]!) pieces.push(encoder.encode(message));
  }
  const bytes = concat(pieces);
  const ours = await send(sluice, head, bytes);
  const theirs = await send(bare, head, bytes);
  const kib = bytes.length / 1024;
  return {
    shape,
    size,
    sent: bytes.length,
    messages: pieces.length,
    perKib: ours.cpu / kib,
    bare: theirs.cpu / kib,
    perMessage: ours.cpu / pieces.length,
    hold: ours.hold,
    bareHold: theirs.hold,
    isCut: ours.isCut,
  };
}

/** Sends bytes as a publisher with a viewer; resolves when the server has read them all. */
async function send(
  target: Target,
  head: Uint8Array,
  bytes: Uint8Array,
): Promise<{ cpu: number; hold: number; isCut: boolean }> {
  const isSluice = target === sluice;
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: target.ports.rtmp });
  const started = Promise.withResolvers<void>();
  const ended = listen(connection, started.resolve);
  await writeAll(connection, head);
  if (isSluice) await started.promise;
  const viewer = isSluice ? watch(target) : undefined;
  await viewer?.began;
  const before = await target.gauge();
  let isCut = false;
  try {
    await writeAll(connection, bytes);
    await connection.closeWrite();
  } catch {
    isCut = true;
  }
  const wasReset = await ended;
  const after = await target.gauge();
  viewer?.leave();
  if (isSluice && await received(target) < bytes.length) isCut = true;
  try {
    connection.close();
  } catch { /* Closed by the server. */ }
  await viewer?.ended;
  return { cpu: after.cpu - before.cpu, hold: after.hold, isCut: isCut || wasReset };
}

/** Bytes that the last publisher's connection has been read of. */
async function received(target: Target): Promise<number> {
  for (let question = 0; question < 100; question++) {
    const answer = await fetch(`http://127.0.0.1:${target.ports.http}/api/v1/ended`);
    const [last] = (await answer.json()).ended;
    if (last && last.publisher.id !== counted) {
      counted = last.publisher.id;
      return last.ledger.received.bytes;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("Cannot count what was received: the publication has not ended");
}

/** An HTTP viewer that drops what it reads. */
function watch(target: Target): Record<"began" | "ended", Promise<void>> & { leave: () => void } {
  const leaving = new AbortController();
  const waiting = fetch(`http://127.0.0.1:${target.ports.http}/live/work.flv?wait=5`, {
    signal: leaving.signal,
  });
  const ended = waiting.then(async ({ body }) => {
    for await (const _ of body!);
  }).catch(() => {});
  return {
    began: new Promise((resolve) => setTimeout(resolve, 30)),
    ended,
    leave: () => leaving.abort(),
  };
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

/** Reads until the server closes; whether it reset the connection. */
async function listen(connection: Deno.Conn, started: () => void): Promise<boolean> {
  const buffer = new Uint8Array(65_536);
  const mark = "NetStream.Publish.Start";
  const decoder = new TextDecoder("latin1");
  let heard = "";
  try {
    for (;;) {
      const size = await connection.read(buffer);
      if (size === null) return false;
      if (heard.includes(mark)) continue;
      heard += decoder.decode(buffer.subarray(0, size));
      if (heard.includes(mark)) started();
    }
  } catch {
    return true;
  } finally {
    started();
  }
}

/** A linear congruential generator: the same numbers for a seed. */
function generator(seed: number): () => number {
  let state = seed % 0x7fffffff || 1;
  return () => (state = state * 48_271 % 0x7fffffff) / 0x7fffffff;
}
