/**
 * The whole way: publishers, the server, a recording and a viewer of each publication.
 *
 * @module
 */

import type { App } from "../../src/server/app.ts";
import { startTestApp } from "../support/server.ts";
import { until } from "../support/wait.ts";
import type { Clip } from "./clip.ts";
import { countFrames, type Frames, framesInFlv, framesOf, sumFrames } from "./frames.ts";
import { keepLedgers, type LedgerJson } from "./ledgers.ts";
import { publish } from "./publish.ts";

/** What was counted, layer by layer, over all publications. */
export interface Counted {
  sent: Frames;
  bytes: number;
  chunks: number;
  messages: number;
  /** Messages that carry frames. */
  media: Frames;
  tags: Frames;
  consumers: Consumer[];
  /** Anything but 0 is a bug of the server. */
  balance: number;
}

/** One kind of consumer. */
export interface Consumer {
  kind: string;
  /** What the server says that it delivered, and that it dropped. */
  delivered: Frames;
  dropped: Frames;
  /** What was found in the bytes that came out. */
  found: Frames;
}

/** Publishes the clip under so many names at once and counts what becomes of it. */
export async function runPipeline(
  clip: Clip,
  { publishers, realTime, directory }: {
    publishers: number;
    realTime: boolean;
    directory: string;
  },
): Promise<Counted> {
  let app: App | undefined = undefined;
  const ledgers = await keepLedgers(() => app!.rtmp);
  app = await startTestApp("--record", directory);
  const names = Array.from({ length: publishers }, (_, i) => `capture${i + 1}`);
  const viewers = names.map((name) => watch(app, name));
  // Another request that comes back tells that the viewers are there and wait.
  await until(
    "an answer",
    async () => (await fetch(httpUrl(app, ""))).body?.cancel() !== undefined,
  );
  const url = `rtmp://127.0.0.1:${app.rtmp.addr.port}/live`;
  await Promise.all(names.map((name) => publish(clip, `${url}/${name}`, realTime)));
  await until("all publications to end", () => app.rtmp.ledger.current.size === 0);
  const watched = sumFrames(await Promise.all(viewers));
  await app.shutdown();

  const books = ledgers();
  const sent = await countFrames(clip.tags);
  const found = { "recording": await framesInFiles(`${directory}/live`), "http-flv": watched };
  return {
    sent: sumFrames(names.map(() => sent)),
    bytes: sum(books, ({ received }) => received.bytes),
    chunks: sum(books, ({ received }) => received.chunks),
    messages: sum(books, ({ received }) => received.messages),
    media: sumFrames(books.map(({ received }) => framesOf(received))),
    tags: sumFrames(books.map(({ tags }) => framesOf(tags))),
    consumers: Object.entries(found).map(([kind, found]) => ({ ...took(books, kind), found })),
    balance: sum(books, ({ balance }) => balance),
  };
}

async function watch(app: App, name: string): Promise<Frames> {
  const response = await fetch(httpUrl(app, `live/${name}.flv`));
  if (!response.ok) throw new Error(`Cannot watch ${name}: HTTP status ${response.status}`);
  return await framesInFlv(response.body!);
}

function httpUrl({ http }: App, path: string): string {
  return `http://127.0.0.1:${http!.port}/${path}`;
}

async function framesInFiles(directory: string): Promise<Frames> {
  const frames: Frames[] = [];
  for await (const { name } of Deno.readDir(directory)) {
    const file = await Deno.open(`${directory}/${name}`);
    frames.push(await framesInFlv(file.readable));
  }
  return sumFrames(frames);
}

/** What the server says of one kind of consumer. */
function took(books: LedgerJson[], kind: string) {
  const consumers = books.flatMap(({ departed }) => departed.filter((sums) => sums.kind === kind));
  return {
    kind,
    delivered: sumFrames(consumers.map(({ delivered }) => framesOf(delivered))),
    dropped: sumFrames(consumers.map(({ dropped }) => framesOf(dropped))),
  };
}

function sum(books: LedgerJson[], count: (ledger: LedgerJson) => number): number {
  return books.reduce((total, ledger) => total + count(ledger), 0);
}
