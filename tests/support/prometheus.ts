/**
 * The text format of Prometheus, read as strictly as Prometheus does.
 *
 * @module
 */

import { until } from "./wait.ts";

/** What a metric says of itself. */
export interface MetricHead {
  type: string;
  help: string;
}

/** One answer of `/metrics`. */
export class MetricsText {
  /** By the name of the metric. */
  readonly heads = new Map<string, MetricHead>();
  /** By the name, labels and all, as `name{a="b"}`, with the labels in order of the alphabet. */
  readonly values = new Map<string, number>();

  /** @throws {Error} If a line is none. */
  constructor(text: string) {
    if (!text.endsWith("\n")) throw new Error("The last line does not end");
    for (const line of text.slice(0, -1).split("\n")) if (line !== "") this.#read(line);
  }

  /** The value of a series; 0 if there is none. */
  get(name: string, labels: Record<string, string> = {}): number {
    return this.values.get(series(name, labels)) ?? 0;
  }

  /** Whether there is a series of this name with this label. */
  has(name: string, label: string): boolean {
    return [...this.values.keys()].some((key) => key.startsWith(`${name}{`) && key.includes(label));
  }

  #read(line: string): void {
    const [, what, name, rest] = /^# (HELP|TYPE) (\w+) (.*)$/.exec(line) ?? [];
    if (what) {
      const head = this.heads.get(name!) ?? { type: "", help: "" };
      this.heads.set(name!, { ...head, [what.toLowerCase()]: rest! });
      return;
    }
    const [, metric, labels = "", value] =
      /^([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\[\\n"])*",?)*)\})? (\S+)$/.exec(line) ?? [];
    if (!metric) throw new Error(`Cannot read the line ${JSON.stringify(line)}`);
    const pairs = Array.from(
      labels.matchAll(/([a-z]+)="((?:[^"\\]|\\.)*)"/g),
      ([, label, text]) => [label!, text!.replace(/\\(.)/g, (_, c) => c === "n" ? "\n" : c)],
    );
    const key = series(metric, Object.fromEntries(pairs));
    if (this.values.has(key)) throw new Error(`${key} is there twice`);
    if (Number.isNaN(Number(value))) throw new Error(`${key} is ${value}`);
    this.values.set(key, Number(value));
  }
}

/** Asks a server. */
export async function readMetrics(url: string): Promise<MetricsText> {
  const response = await fetch(`${url}/metrics`);
  const type = response.headers.get("content-type");
  if (type !== "text/plain; version=0.0.4; charset=utf-8") throw new Error(`It is ${type}`);
  return new MetricsText(await response.text());
}

/** Asks a server until the answer is as it should be: it may be a second old. */
export function metricsUntil(
  url: string,
  what: string,
  isRight: (metrics: MetricsText) => boolean,
): Promise<MetricsText> {
  return until(what, async () => {
    const metrics = await readMetrics(url);
    return isRight(metrics) && metrics;
  });
}

function series(name: string, labels: Record<string, string>): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => a < b ? -1 : 1)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return `${name}{${pairs.join(",")}}`;
}
