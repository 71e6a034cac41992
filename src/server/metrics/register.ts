/**
 * Metrics whose values are read at each scrape.
 *
 * @module
 */

import { Counter, Gauge, type Registry } from "prom-client";

/** What a metric is. */
export interface Definition {
  name: string;
  type: "counter" | "gauge";
  /** One sentence. */
  help: string;
  labels: readonly string[];
}

/** A value, and which of a metric's it is. */
export interface Value {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** Adds a metric; `read` is called for each answer. */
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

/** The values of a metric by one of its labels. */
export function* byReason(counts: Partial<Record<string, number>>): Generator<Value> {
  for (const [reason, value = 0] of Object.entries(counts)) yield { labels: { reason }, value };
}

function values(read: Iterable<Value> | number): Iterable<Value> {
  return typeof read === "number" ? [{ labels: {}, value: read }] : read;
}
