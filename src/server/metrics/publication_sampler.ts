/**
 * Samples of the ledger of one publication.
 *
 * @module
 */

import type { Feed } from "../../channel/feed.ts";
import type { MediaCounts } from "../../ledger/counts.ts";
import { total } from "../../ledger/media_sums.ts";
import type { Publication } from "../../publication/publication.ts";
import type { LiveStream } from "../streams/stream_registry.ts";
import type { Sample } from "./sums.ts";

/** The time after the end of a publication in which viewers may still read it, in milliseconds. */
const SETTLING_TIME = 10_000;

/** The counts of a publisher's connection. */
interface ConnectionCounts {
  bytes: number;
  discarded: Record<string, number>;
}

/** Reads a publication's ledger at a scrape, so that frames cost nothing. */
export class PublicationSampler {
  readonly #publication: Publication;
  /** Measures rates. It holds media, so it is released at the end. */
  #feed: Feed | undefined;
  /** The counts of its connection before it began. */
  readonly #countsAtStart: ConnectionCounts;
  /** The counts of its connection at its end: the connection may begin another publication. */
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

  /** Whether the publication has not ended. */
  get isLive(): boolean {
    return this.#countsAtEnd === undefined;
  }

  /** Whether its counts are final. */
  get isSettled(): boolean {
    if (performance.now() - this.#closedAt <= SETTLING_TIME) return false;
    const { consumers, inFlight } = this.#publication.ledger;
    return consumers.length === 0 && total(inFlight) === 0;
  }

  /** The counters, which never decrease. */
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

  /** The gauges. */
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
