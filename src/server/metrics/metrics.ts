/**
 * Everything that can be watched, as Prometheus reads it.
 *
 * @module
 */

import { Registry } from "prom-client";
import type { HttpServer } from "../http/http_server.ts";
import type { Hub } from "../hub.ts";
import type { Recordings } from "../record/recordings.ts";
import type { RtmpServer } from "../types.ts";
import type { Publication } from "../../session/publication.ts";
import { registerConnections } from "./connection_metrics.ts";
import { measureEventLoop } from "./event_loop_delay.ts";
import { registerProcess } from "./process_metrics.ts";
import { register } from "./register.ts";
import { type Reading, StreamBooks } from "./stream_books.ts";
import { registerStreams } from "./stream_metrics.ts";

/** For how long an answer is reused, in milliseconds: frequent scrapes cost no more. */
const FRESHNESS = 1_000;

/** For how long an answer is worked at before others have their turn, in milliseconds. */
const LONGEST_TURN = 5;

/** What is watched. */
export interface Watched {
  hub: Hub;
  rtmp: RtmpServer;
  /** Comes later than this. */
  http: () => HttpServer | undefined;
  recordings: Recordings | undefined;
}

/** Reads the ledgers at each scrape. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #books: StreamBooks;
  readonly #stopMeasuring: () => void;
  #reading: Reading | undefined;
  #answer: { text: Promise<string>; at: number } | undefined;

  /** Begins to keep the books. */
  constructor({ hub, rtmp, http, recordings }: Watched) {
    this.#books = new StreamBooks(hub);
    const read = () => this.#reading ??= this.#books.read();
    registerProcess(this.#registry);
    this.#stopMeasuring = measureEventLoop(this.#registry);
    registerConnections(this.#registry, rtmp, http);
    registerStreams(this.#registry, hub, read);
    register(this.#registry, {
      name: "sluice_ledger_imbalance_tags",
      type: "gauge",
      help: "Tags that all books since the start cannot account for: anything but 0 is a bug",
      labels: [],
    }, () => rtmp.ledger.balance());
    register(this.#registry, {
      name: "sluice_recordings",
      type: "gauge",
      help: "Recordings that run",
      labels: [],
    }, () => recordings?.list.length ?? 0);
    register(this.#registry, {
      name: "sluice_recordings_failed_total",
      type: "counter",
      help: "Recordings that could not be written to their end",
      labels: [],
    }, () => recordings?.failed ?? 0);
  }

  /** The type of {@linkcode text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Watches a publication until it is over. */
  open(publication: Publication): void {
    this.#books.open(publication);
  }

  /** All of it, at most a second old. */
  text(): Promise<string> {
    const now = performance.now();
    if (this.#answer && now - this.#answer.at < FRESHNESS) return this.#answer.text;
    this.#reading = undefined;
    const text = this.#write();
    this.#answer = { text, at: now };
    return text;
  }

  /** One metric after the other: those of hundreds of streams must not hold up the streams. */
  async #write(): Promise<string> {
    const metrics: string[] = [];
    let began = performance.now();
    for (const { name } of this.#registry.getMetricsAsArray()) {
      metrics.push(await this.#registry.getSingleMetricAsString(name));
      if (performance.now() - began < LONGEST_TURN) continue;
      await new Promise((resolve) => setTimeout(resolve, 0));
      began = performance.now();
    }
    return `${metrics.join("\n\n")}\n`;
  }

  /** Ends what measures by itself. */
  stop(): void {
    this.#stopMeasuring();
  }
}
