/**
 * Metrics of streams, each by itself and all together.
 *
 * @module
 */

import type { Registry } from "prom-client";
import type { StreamRegistry } from "../streams/stream_registry.ts";
import { type Definition, register } from "./register.ts";
import type { Reading, Samples } from "./stream_sampler.ts";
import type { Sample } from "./sums.ts";

/** Metrics with two names: `sluice_NAME` for all streams, and `sluice_stream_NAME` for each. */
const MEDIA_METRICS: readonly Definition[] = [
  {
    name: "publications_total",
    type: "counter",
    help: "Publications that were accepted",
    labels: [],
  },
  {
    name: "received_bytes_total",
    type: "counter",
    help: "Bytes that publishers have sent while they published",
    labels: [],
  },
  {
    name: "received_frames_total",
    type: "counter",
    help: "Coded frames that have come from publishers",
    labels: ["media"],
  },
  {
    name: "unread_frames_total",
    type: "counter",
    help: "Frames that came when the server no longer read the publication",
    labels: ["media"],
  },
  {
    name: "discarded_messages_total",
    type: "counter",
    help: "Messages of publishers that never became a tag, by reason",
    labels: ["reason"],
  },
  {
    name: "delivered_frames_total",
    type: "counter",
    help: "Frames that consumers have taken, by kind of consumer",
    labels: ["kind", "media"],
  },
  {
    name: "dropped_frames_total",
    type: "counter",
    help: "Frames that consumers were not given, by kind of consumer and reason",
    labels: ["kind", "reason", "media"],
  },
  {
    name: "in_flight_frames",
    type: "gauge",
    help: "Frames that wait for consumers, by kind of consumer",
    labels: ["kind", "media"],
  },
  {
    name: "consumers",
    type: "gauge",
    help: "Who watches, records or sends on what is live, by kind",
    labels: ["kind"],
  },
  {
    name: "ledger_balance_tags",
    type: "gauge",
    help: "Tags that the ledgers of live streams cannot account for: anything but 0 is a bug",
    labels: [],
  },
  {
    name: "media_bytes_per_second",
    type: "gauge",
    help: "Bitrate of what is published, in bytes, over the last 5 s",
    labels: [],
  },
  {
    name: "video_frames_per_second",
    type: "gauge",
    help: "Frame rate of what is published, over the last 5 s",
    labels: [],
  },
];

/** Registers the metrics of streams; one reading of the ledgers serves the whole answer. */
export function registerStreams(
  registry: Registry,
  streams: StreamRegistry,
  read: () => Reading,
): void {
  for (const { name, type, help, labels } of MEDIA_METRICS) {
    const samples = (of: Samples) => named(name, type === "counter" ? of.counters : of.gauges);
    register(registry, { name: `sluice_${name}`, type, help, labels }, () => samples(read().all));
    const own: Definition = {
      name: `sluice_stream_${name}`,
      type,
      help: `${help}; each stream by itself`,
      labels: ["stream", ...labels],
    };
    register(registry, own, function* () {
      for (const reading of read().streams) {
        const { stream } = reading;
        for (const { labels, value } of samples(reading)) {
          yield { labels: { stream, ...labels }, value };
        }
      }
    });
  }
  register(registry, {
    name: "sluice_stream_live",
    type: "gauge",
    help: "1 while a stream is published; 0 for 5 minutes after that, then it is forgotten",
    labels: ["stream"],
  }, () => read().streams.map(({ stream, isLive }) => ({ labels: { stream }, value: +isLive })));
  register(registry, {
    name: "sluice_streams",
    type: "gauge",
    help: "Streams that are live",
    labels: [],
  }, () => streams.live.length);
  register(registry, {
    name: "sluice_kept_media_bytes",
    type: "gauge",
    help: "Media that waits for newcomers and slow viewers",
    labels: [],
  }, () => streams.media.bytes);
  register(registry, {
    name: "sluice_kept_media_let_go_total",
    type: "counter",
    help: "Times that media of a stream or viewer was let go because all kept too much",
    labels: [],
  }, () => streams.media.evictions);
  register(registry, {
    name: "sluice_hidden_streams",
    type: "gauge",
    help: "Live streams without metrics of their own: there are more than 1000",
    labels: [],
  }, () => read().hidden);
}

function* named(name: string, samples: Iterable<Sample>): Generator<Sample> {
  for (const sample of samples) if (sample.name === name) yield sample;
}
