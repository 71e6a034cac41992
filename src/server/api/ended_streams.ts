/**
 * Streams that have ended, with their final ledgers.
 *
 * @module
 */

import { total } from "../../ledger/media_sums.ts";
import type { PublicationEnd } from "../../publication/publication.ts";
import type { LiveStream } from "../streams/stream_registry.ts";
import { describeStream, type StreamDescription } from "./describe_stream.ts";

/** Limits on what is kept. */
export interface EndedStreamLimits {
  /** Streams: 200 by default. */
  maxStreams: number;
  /** Bytes of JSON, since publishers choose the length of names: 1 MiB by default. */
  maxBytes: number;
  /** Milliseconds after the end of a stream: 15 minutes by default. */
  retention: number;
}

const DEFAULT_LIMITS: Readonly<EndedStreamLimits> = {
  maxStreams: 200,
  maxBytes: 1024 * 1024,
  retention: 15 * 60_000,
};

/** Interval between checks of ledgers that are not final, in milliseconds. */
const CHECK_INTERVAL = 100;

/** The most ledgers that one check writes as JSON: thousands of streams may end at once. */
const MAX_FINAL_PER_CHECK = 200;

/** The answer of `GET /api/v1/ended/<path>`. */
export interface EndedStreamDescription extends StreamDescription {
  /** When the publication ended; consumers may have read on after that. */
  endedAt: string;
  /** Why it ended. */
  end: Pick<PublicationEnd, "reason" | "description">;
}

/** A stream with a final ledger, as JSON; the publication itself is not kept. */
interface EndedEntry {
  path: string;
  json: string;
  bytes: number;
  /** When the publication ended, by `performance.now()`. */
  at: number;
}

/** A stream whose ledger still changes. */
interface EndingEntry {
  stream: LiveStream;
  /** Its description at the end of the publication, with its rates. */
  last: Partial<StreamDescription> & Pick<EndedStreamDescription, "endedAt" | "end">;
  at: number;
}

/**
 * Keeps publications that have ended for a while. A publication is `ending` until its last consumer
 * has received or lost the last tag and its ledger is final. Then it is `ended`.
 */
export class EndedStreams {
  /** Ended streams, the newest first. */
  readonly #ended: EndedEntry[] = [];
  /** The JSON of all ended streams, in bytes. */
  #bytes = 0;
  readonly #ending = new Set<EndingEntry>();
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #limits: EndedStreamLimits;

  constructor(limits: Partial<EndedStreamLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /** Follows a live publication to its end. */
  follow(stream: LiveStream): void {
    void stream.publication.closed.then(({ reason, description }) => {
      const { ledger: _, ...described } = describeStream(stream);
      const endedAt = new Date().toISOString();
      const last = { ...described, endedAt, end: { reason, description } };
      this.#ending.add({ stream, last, at: performance.now() });
      this.#timer ??= setInterval(() => this.#check(), CHECK_INTERVAL);
    });
  }

  /** Ended streams, each as JSON, the newest first. */
  get list(): string[] {
    this.#forgetOld();
    return this.#ended.map(({ json }) => json);
  }

  /** The latest ended stream with this path, as JSON. */
  find(path: string): string | undefined {
    this.#forgetOld();
    return this.#ended.find((kept) => kept.path === path)?.json;
  }

  /** Streams that have ended but still have consumers. */
  get ending(): EndedStreamDescription[] {
    this.#check();
    return Array.from(this.#ending, describe);
  }

  /** Stops following publications. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#ending.clear();
  }

  /** Keeps streams whose ledgers have become final. */
  #check(): void {
    let kept = 0;
    for (const ending of this.#ending) {
      if (!isFinal(ending)) continue;
      if (++kept > MAX_FINAL_PER_CHECK) return;
      this.#ending.delete(ending);
      this.#keep(ending);
    }
    if (this.#ending.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #keep(ending: EndingEntry): void {
    const { at } = ending;
    const { path } = ending.stream.publication;
    const json = JSON.stringify(describe(ending));
    const bytes = new TextEncoder().encode(json).length;
    const index = this.#ended.findIndex((other) => other.at <= at);
    this.#ended.splice(index < 0 ? this.#ended.length : index, 0, { path, json, bytes, at });
    this.#bytes += bytes;
    const { maxStreams, maxBytes } = this.#limits;
    while (this.#ended.length > maxStreams || this.#bytes > maxBytes) {
      this.#forgetLast();
    }
  }

  #forgetLast(): void {
    this.#bytes -= this.#ended.pop()!.bytes;
  }

  #forgetOld(): void {
    this.#check();
    const oldest = performance.now() - this.#limits.retention;
    while (this.#ended.length > 0 && this.#ended.at(-1)!.at < oldest) this.#forgetLast();
  }
}

/** Describes a stream again: one that was closed before its first tag has its media only now. */
function describe({ stream, last }: EndingEntry): EndedStreamDescription {
  return { ...describeStream(stream), ...last };
}

/** Whether no consumer is left and no tag is in flight. */
function isFinal({ stream: { publication: { ledger } } }: EndingEntry): boolean {
  return ledger.consumers.length === 0 && total(ledger.inFlight) === 0;
}
