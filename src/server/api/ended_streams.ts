/**
 * Streams that have ended, with their final ledgers.
 *
 * @module
 */

import { total } from "../../ledger/media_sums.ts";
import type { PublicationEnd } from "../../publication/publication.ts";
import type { LiveStream } from "../streams/stream_registry.ts";
import { describeStream, type StreamDescription } from "./describe_stream.ts";

/** What is kept at most. */
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

/** Interval between two looks at ledgers that are not final yet, in milliseconds. */
const CHECK_INTERVAL = 100;

/** Ledgers that are written down in one look: thousands may end with their connections at once. */
const MAX_FINAL_PER_CHECK = 200;

/** What `GET /api/v1/ended/<path>` answers. */
export interface EndedStreamDescription extends StreamDescription {
  /** When the publication ended; consumers may have read on after that. */
  endedAt: string;
  /** Why it ended. */
  end: Pick<PublicationEnd, "reason" | "description">;
}

/** One that is final, as JSON: nothing of the publication itself is kept. */
interface EndedEntry {
  path: string;
  json: string;
  bytes: number;
  /** When the publication ended, by `performance.now()`. */
  at: number;
}

/** One that still changes. */
interface EndingEntry {
  stream: LiveStream;
  /** What was so at its end, rates among it. */
  last: Partial<StreamDescription> & Pick<EndedStreamDescription, "endedAt" | "end">;
  at: number;
}

/**
 * Remembers publications that have ended, for requests soon after. A publication is `ending`
 * until its last consumer has taken or lost the last of it, and its ledger is final; then it is
 * `ended` for a while.
 */
export class EndedStreams {
  /** The newest first. */
  readonly #ended: EndedEntry[] = [];
  /** Bytes of all of them. */
  #bytes = 0;
  readonly #ending = new Set<EndingEntry>();
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #limits: EndedStreamLimits;

  constructor(limits: Partial<EndedStreamLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /** Follows a publication, which has begun, to its end. */
  follow(stream: LiveStream): void {
    void stream.publication.closed.then(({ reason, description }) => {
      const { ledger: _, ...described } = describeStream(stream);
      const endedAt = new Date().toISOString();
      const last = { ...described, endedAt, end: { reason, description } };
      this.#ending.add({ stream, last, at: performance.now() });
      this.#timer ??= setInterval(() => this.#check(), CHECK_INTERVAL);
    });
  }

  /** Those whose ledgers are final, each as JSON, the newest first. */
  get list(): string[] {
    this.#forgetOld();
    return this.#ended.map(({ json }) => json);
  }

  /** The latest of them with this path, as JSON. */
  find(path: string): string | undefined {
    this.#forgetOld();
    return this.#ended.find((kept) => kept.path === path)?.json;
  }

  /** Those of which consumers still take something. */
  get ending(): EndedStreamDescription[] {
    this.#check();
    return Array.from(this.#ending, describe);
  }

  /** Follows no publication any longer. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#ending.clear();
  }

  /** Keeps those whose ledgers have become final. */
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

/** A publication that was closed before its tags were given has its media only now. */
function describe({ stream, last }: EndingEntry): EndedStreamDescription {
  return { ...describeStream(stream), ...last };
}

/** Whether no consumer has anything to take any more. */
function isFinal({ stream: { publication: { ledger } } }: EndingEntry): boolean {
  return ledger.consumers.length === 0 && total(ledger.inFlight) === 0;
}
