/**
 * All metrics of the server, in Prometheus' format.
 *
 * @module
 */

import { Registry } from "prom-client";
import type { HttpSockets } from "../http/http_sockets.ts";
import type { StreamRegistry } from "../streams/stream_registry.ts";
import type { Recordings } from "../record/recordings.ts";
import type { RtmpServer } from "../../serve/types.ts";
import { TIME_SLICE } from "../../time/time_slice.ts";
import { registerConnections } from "./connection_metrics.ts";
import { measureEventLoop } from "./event_loop_delay.ts";
import { registerProcess } from "./process_metrics.ts";
import { register } from "./register.ts";
import { type Reading, StreamSampler } from "./stream_sampler.ts";
import { registerStreams } from "./stream_metrics.ts";

/** How long an answer is reused, in milliseconds, so that frequent scrapes cost no more. */
const FRESHNESS = 1_000;

/** The parts of the server that have metrics. */
export interface MetricsSources {
  streams: StreamRegistry;
  rtmp: RtmpServer;
  /** The connections of the HTTP server. */
  sockets: HttpSockets;
  recordings: Recordings | undefined;
}

/** Reads the ledgers at a scrape. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #sampler = new StreamSampler();
  readonly #stopMeasuring: () => void;
  #reading: Reading | undefined;
  #answer: Promise<string> | undefined;
  /** When the answer expires, by `performance.now()`; `Infinity` while it is written. */
  #staleAt = Infinity;

  /** Registers all metrics, and counts publications that are opened from now on. */
  constructor({ streams, rtmp, sockets, recordings }: MetricsSources) {
    streams.onOpen((stream) => this.#sampler.open(stream));
    const read = () => this.#reading!;
    registerProcess(this.#registry);
    this.#stopMeasuring = measureEventLoop(this.#registry);
    registerConnections(this.#registry, rtmp, sockets);
    registerStreams(this.#registry, streams, read);
    register(this.#registry, {
      name: "sluice_ledger_imbalance_tags",
      type: "gauge",
      help: "Tags that all ledgers since the start cannot account for: anything but 0 is a bug",
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

  /** The media type of {@linkcode text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics: an answer that is at most a second old, or the one that is being written. */
  text(): Promise<string> {
    if (this.#answer && performance.now() < this.#staleAt) return this.#answer;
    this.#staleAt = Infinity;
    return this.#answer = this.#write().finally(() => {
      this.#staleAt = performance.now() + FRESHNESS;
    });
  }

  /** Writes one metric after the other: metrics of hundreds of streams must not delay the streams. */
  async #write(): Promise<string> {
    this.#reading = await this.#sampler.read();
    const metrics: string[] = [];
    for (const { name } of this.#registry.getMetricsAsArray()) {
      const pause = TIME_SLICE.yieldIfSpent(Infinity);
      if (pause) await pause;
      metrics.push(await this.#registry.getSingleMetricAsString(name));
    }
    return `${metrics.join("\n\n")}\n`;
  }

  /** Stops measurements. */
  stop(): void {
    this.#stopMeasuring();
  }
}
