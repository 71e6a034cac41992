/**
 * Samples of each stream, until some minutes after its end, and sums over all streams.
 *
 * @module
 */

import { TIME_SLICE } from "../../time/time_slice.ts";
import type { LiveStream } from "../streams/stream_registry.ts";
import { PublicationSampler } from "./publication_sampler.ts";
import { Sums } from "./sums.ts";

/**
 * How long a stream is shown after its end, in milliseconds: as long as Prometheus uses the last
 * value that it has read.
 */
const RETENTION = 5 * 60_000;

/** Minimum interval between sweeps for ended publications, in milliseconds. */
const SWEEP_INTERVAL = 1_000;

/** The most streams that are shown by themselves; all others are only in the sums. */
const MAX_STREAMS = 1_000;

/** The processing cost of a publication's samples, as the bytes of media that cost the same. */
const SAMPLES_COST = 4 * 1024;

/** The longest part of a stream's path in a label, in characters. */
const MAX_LABEL_LENGTH = 200;

/** The publications of one path. */
class StreamRecord {
  /** The sums of its ended publications. */
  readonly past = new Sums();
  readonly publications = new Set<PublicationSampler>();
  /** When it was first found to be no longer live, by `performance.now()`. */
  endedAt = Infinity;

  get isLive(): boolean {
    for (const publication of this.publications) if (publication.isLive) return true;
    return false;
  }
}

/** The samples of one stream, or of all. */
export interface Samples {
  /** Counters, which never decrease. */
  counters: Sums;
  /** Gauges. */
  gauges: Sums;
}

/** The reading of one stream. */
export interface StreamReading extends Samples {
  /** Its path, shortened if it is long. */
  stream: string;
  isLive: boolean;
}

/** A reading of all ledgers. */
export interface Reading {
  streams: StreamReading[];
  /** The sums of all streams, including those that are no longer shown. */
  all: Samples;
  /** The number of live streams that are not shown by themselves. */
  hidden: number;
}

/** Sums up the ledgers of all publications. Counters never decrease. */
export class StreamSampler {
  readonly #streams = new Map<string, StreamRecord>();
  /** Publications that are not shown by themselves. */
  readonly #hidden = new StreamRecord();
  /** The sums of all ended publications. */
  readonly #past = new Sums();
  #sweptAt = -Infinity;

  /** Adds a publication, until some time after its end. */
  open(live: LiveStream): void {
    if (performance.now() - this.#sweptAt > SWEEP_INTERVAL) this.#sweep();
    const label = streamLabel(live.publication.path);
    const known = this.#streams.get(label);
    const stream = known ?? (this.#makeRoom() ? new StreamRecord() : this.#hidden);
    if (!known && stream !== this.#hidden) this.#streams.set(label, stream);
    stream.endedAt = Infinity;
    stream.publications.add(new PublicationSampler(live));
  }

  /** Sums up all ledgers, in turns with the publishers. */
  async read(): Promise<Reading> {
    await TIME_SLICE.enter();
    this.#sweep();
    // Publications that are folded during this reading are counted where they were.
    const hidden = [...this.#hidden.publications];
    const past = new Sums(this.#past);
    const shown = Array.from(this.#streams, ([stream, record]) => ({
      ...{ stream, isLive: record.isLive, publications: [...record.publications] },
      past: new Sums(record.past),
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

  /** Adds ended publications to the sums, and removes streams that ended long ago. */
  #sweep(): void {
    const now = this.#sweptAt = performance.now();
    this.#foldEnded(this.#hidden);
    for (const [label, stream] of this.#streams) {
      this.#foldEnded(stream);
      if (stream.isLive) continue;
      stream.endedAt = Math.min(stream.endedAt, now);
      const isOld = now - stream.endedAt > RETENTION;
      if (isOld && stream.publications.size === 0) this.#streams.delete(label);
    }
  }

  #foldEnded(stream: StreamRecord): void {
    for (const publication of stream.publications) {
      if (!publication.isSettled) continue;
      const counted = [...publication.counters()];
      stream.past.add(counted);
      this.#past.add(counted);
      stream.publications.delete(publication);
    }
  }

  /** Makes room for one more stream, in place of the one that ended first; returns whether it can. */
  #makeRoom(): boolean {
    if (this.#streams.size < MAX_STREAMS) return true;
    let oldest: [label: string, stream: StreamRecord] | undefined;
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

/** The samples of publications. */
async function samplesOf(publications: PublicationSampler[]): Promise<Samples> {
  const samples: Samples = { counters: new Sums(), gauges: new Sums() };
  for (const publication of publications) {
    const pause = TIME_SLICE.yieldIfSpent(SAMPLES_COST);
    if (pause) await pause;
    samples.counters.add(publication.counters());
    samples.gauges.add(publication.gauges());
  }
  return samples;
}

/** A path as a label. Two paths that are cut to the same label are counted as one. */
function streamLabel(path: string): string {
  return path.length <= MAX_LABEL_LENGTH ? path : `${path.slice(0, MAX_LABEL_LENGTH)}…`;
}
