/**
 * What one publication has counted, as samples.
 *
 * @module
 */

import type { Feed } from "../../channel/feed.ts";
import type { MediaCounts } from "../../ledger/counts.ts";
import { total } from "../../ledger/media_sums.ts";
import type { Publication } from "../../publication/publication.ts";
import type { LiveStream } from "../streams/stream_registry.ts";
import type { Sample } from "./sums.ts";

/** The time after its end in which viewers may still take something of it, in milliseconds. */
const SETTLING_TIME = 10_000;

/** What the connection of a publisher has counted. */
interface ConnectionCounts {
  bytes: number;
  discarded: Record<string, number>;
}

/** Reads a publication's ledger when it is asked, and not when frames pass. */
export class PublicationSampler {
  readonly #publication: Publication;
  /** Measures rates, and keeps media: it is let go at the end. */
  #feed: Feed | undefined;
  /** What its connection had counted before it, which is not its own. */
  readonly #countsAtStart: ConnectionCounts;
  /** The same at its end: the connection may begin another one. */
  #countsAtEnd: ConnectionCounts | undefined;
  #closedAt = Infinity;

  constructor({ publication, feed }: LiveStream) {
    this.#publication = publication;
    this.#feed = feed;
    this.#countsAtStart = this.#connection();
    publication.closed.then(() => {
      this.#countsAtEnd = this.#connection();
      this.#feed = undefined;
      this.#closedAt = performance.now();
    });
  }

  /** Whether it has not ended. */
  get isLive(): boolean {
    return this.#countsAtEnd === undefined;
  }

  /** Whether nothing of it changes any more. */
  get isSettled(): boolean {
    if (performance.now() - this.#closedAt <= SETTLING_TIME) return false;
    const { consumers, inFlight } = this.#publication.ledger;
    return consumers.length === 0 && total(inFlight) === 0;
  }

  /** What only ever grows. */
  *counters(): Generator<Sample> {
    const { received, unread } = this.#publication.ledger;
    const { bytes, discarded } = this.#countsAtEnd ?? this.#connection();
    yield { name: "publications_total", labels: {}, value: 1 };
    yield { name: "received_bytes_total", labels: {}, value: bytes - this.#countsAtStart.bytes };
    yield* frames("received_frames_total", {}, received);
    yield* frames("unread_frames_total", {}, unread);
    for (const [reason, count] of Object.entries(discarded)) {
      const value = count - (this.#countsAtStart.discarded[reason] ?? 0);
      if (value > 0) yield { name: "discarded_messages_total", labels: { reason }, value };
    }
    for (const [kind, counts] of this.#publication.ledger.consumption()) {
      yield* frames("delivered_frames_total", { kind }, counts.delivered);
      for (const [reason, dropped] of Object.entries(counts.dropped)) {
        yield* frames("dropped_frames_total", { kind, reason }, dropped);
      }
    }
  }

  /** What is so at this moment. */
  *gauges(): Generator<Sample> {
    const { ledger } = this.#publication;
    for (const { kind, inFlight } of ledger.consumers) {
      yield { name: "consumers", labels: { kind }, value: 1 };
      yield* frames("in_flight_frames", { kind }, inFlight);
    }
    yield { name: "ledger_balance_tags", labels: {}, value: ledger.balance() };
    if (!this.#feed) return;
    const { bitrate, frameRate } = this.#feed.rate;
    yield { name: "media_bytes_per_second", labels: {}, value: bitrate / 8 };
    yield { name: "video_frames_per_second", labels: {}, value: frameRate };
  }

  #connection(): ConnectionCounts {
    const { bytes, discarded } = this.#publication.ledger.connection;
    return { bytes, discarded: { ...discarded } };
  }
}

function* frames(
  name: string,
  labels: Sample["labels"],
  { videoFrames, audioFrames }: MediaCounts,
): Generator<Sample> {
  yield { name, labels: { ...labels, media: "video" }, value: videoFrames };
  yield { name, labels: { ...labels, media: "audio" }, value: audioFrames };
}
