/**
 * Counts of each stream, until some minutes after its end, and sums over all streams.
 *
 * @module
 */

import { TIME_SLICE } from "../../time/time_slice.ts";
import type { LiveStream } from "../streams/stream_registry.ts";
import { PublicationBook } from "./publication_book.ts";
import { Sums } from "./sums.ts";

/**
 * For how long a stream that has ended is still shown, in milliseconds: as long as Prometheus
 * believes in the last value that it has seen.
 */
const RETENTION = 5 * 60_000;

/** Minimum interval between sweeps for ended publications, in milliseconds. */
const TIDY_INTERVAL = 1_000;

/** Streams that are shown by themselves; those beyond are in the sums of all. */
const MAX_STREAMS = 1_000;

/** What the samples of a publication cost, as the bytes of media that cost as much to deal with. */
const SAMPLES_COST = 4 * 1024;

/** Characters of a stream's path that are shown. */
const MAX_LABEL_LENGTH = 200;

/** One path, and what has been published there. */
class StreamBook {
  /** The sums of publications that are over. */
  readonly past = new Sums();
  readonly publications = new Set<PublicationBook>();
  /** When it was first found to be no longer live, by `performance.now()`. */
  endedAt = Infinity;

  get isLive(): boolean {
    for (const publication of this.publications) if (publication.isLive) return true;
    return false;
  }
}

/** What is read of one stream, or of all. */
export interface Samples {
  /** What only ever grows. */
  counters: Sums;
  /** What is so at this moment. */
  gauges: Sums;
}

/** One stream as it is shown. */
export interface StreamReading extends Samples {
  /** Its path, shortened if it is long. */
  stream: string;
  isLive: boolean;
}

/** Everything as it is at one moment. */
export interface Reading {
  streams: StreamReading[];
  /** The sums of all streams, those that are no longer shown included. */
  all: Samples;
  /** Streams that are live and not shown by themselves. */
  hidden: number;
}

/** Sums up the ledgers of all publications. Counters never decrease. */
export class StreamBooks {
  readonly #streams = new Map<string, StreamBook>();
  /** Those that there is no place for. */
  readonly #hidden = new StreamBook();
  /** The sums of all publications that are over. */
  readonly #past = new Sums();
  #tidiedAt = -Infinity;

  /** Adds a publication, until some time after its end. */
  open(live: LiveStream): void {
    if (performance.now() - this.#tidiedAt > TIDY_INTERVAL) this.#tidy();
    const label = streamLabel(live.publication.path);
    const known = this.#streams.get(label);
    const stream = known ?? (this.#hasPlace() ? new StreamBook() : this.#hidden);
    if (!known && stream !== this.#hidden) this.#streams.set(label, stream);
    stream.endedAt = Infinity;
    stream.publications.add(new PublicationBook(live));
  }

  /** Adds everything up as it is now, in turns with all publishers. */
  async read(): Promise<Reading> {
    await TIME_SLICE.enter();
    this.#tidy();
    // What is folded meanwhile counts where it was.
    const hidden = [...this.#hidden.publications];
    const past = new Sums(this.#past);
    const shown = Array.from(this.#streams, ([stream, book]) => ({
      ...{ stream, isLive: book.isLive, publications: [...book.publications] },
      past: new Sums(book.past),
    }));
    const all = await samplesOf(hidden);
    all.counters.add(past);
    const streams: StreamReading[] = [];
    for (const { stream, isLive, publications, past } of shown) {
      const samples = await samplesOf(publications);
      all.counters.add(samples.counters);
      all.gauges.add(samples.gauges);
      samples.counters.add(past);
      streams.push({ stream, isLive, ...samples });
    }
    return { streams, all, hidden: hidden.filter(({ isLive }) => isLive).length };
  }

  /** Adds to the sums what is over, and forgets what has been over for long. */
  #tidy(): void {
    const now = this.#tidiedAt = performance.now();
    this.#fold(this.#hidden);
    for (const [label, stream] of this.#streams) {
      this.#fold(stream);
      if (stream.isLive) continue;
      stream.endedAt = Math.min(stream.endedAt, now);
      const isOld = now - stream.endedAt > RETENTION;
      if (isOld && stream.publications.size === 0) this.#streams.delete(label);
    }
  }

  #fold(stream: StreamBook): void {
    for (const publication of stream.publications) {
      if (!publication.isSettled) continue;
      const counted = [...publication.counters()];
      stream.past.add(counted);
      this.#past.add(counted);
      stream.publications.delete(publication);
    }
  }

  /** Whether one more can be shown; the one that ended first makes way for it. */
  #hasPlace(): boolean {
    if (this.#streams.size < MAX_STREAMS) return true;
    let oldest: [label: string, stream: StreamBook] | undefined;
    for (const entry of this.#streams) {
      const [, { isLive, endedAt }] = entry;
      if (!isLive && (!oldest || endedAt < oldest[1].endedAt)) oldest = entry;
    }
    if (!oldest) return false;
    const [label, stream] = oldest;
    // Publications that have not settled are counted with those that are not shown.
    for (const publication of stream.publications) this.#hidden.publications.add(publication);
    this.#streams.delete(label);
    return true;
  }
}

/** What publications have counted. */
async function samplesOf(publications: PublicationBook[]): Promise<Samples> {
  const samples: Samples = { counters: new Sums(), gauges: new Sums() };
  for (const publication of publications) {
    const pause = TIME_SLICE.yieldIfSpent(SAMPLES_COST);
    if (pause) await pause;
    samples.counters.add(publication.counters());
    samples.gauges.add(publication.gauges());
  }
  return samples;
}

/** A path as a label: two that are cut to the same one are counted as one. */
function streamLabel(path: string): string {
  return path.length <= MAX_LABEL_LENGTH ? path : `${path.slice(0, MAX_LABEL_LENGTH)}…`;
}
