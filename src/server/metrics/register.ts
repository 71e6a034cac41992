/**
 * Metrics whose values are read at each scrape.
 *
 * @module
 */

import { Counter, Gauge, type Registry } from "prom-client";

/** The definition of a metric. */
export interface Definition {
  name: string;
  type: "counter" | "gauge";
  /** One sentence. */
  help: string;
  labels: readonly string[];
}

/** A value of a metric, with its labels. */
export interface Value {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** Registers a metric; `read` is called at each scrape. */
export function register(
  registry: Registry,
  { name, type, help, labels }: Definition,
  read: () => Iterable<Value> | number,
): void {
  const common = { name, help, labelNames: labels, registers: [registry] };
  if (type === "gauge") {
    new Gauge({
      ...common,
      collect() {
        this.reset();
        for (const { labels, value } of values(read())) this.set(labels, value);
      },
    });
    return;
  }
  new Counter({
    ...common,
    collect() {
      this.reset();
      for (const { labels, value } of values(read())) this.inc(labels, value);
    },
  });
}

/** Counts by reason, as values with the label `reason`. */
export function* byReason(counts: Partial<Record<string, number>>): Generator<Value> {
  for (const [reason, value = 0] of Object.entries(counts)) yield { labels: { reason }, value };
}

function values(read: Iterable<Value> | number): Iterable<Value> {
  return typeof read === "number" ? [{ labels: {}, value: read }] : read;
}
