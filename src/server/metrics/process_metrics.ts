/**
 * Metrics of the process: version, start, processor time and memory.
 *
 * @module
 */

import process from "node:process";
import type { Registry } from "prom-client";
import { VERSION } from "../../version.ts";
import { register } from "./register.ts";

/** The start of the process, in seconds since 1970. */
const STARTED = performance.timeOrigin / 1000;

/** Microseconds in a second. */
const MICROSECONDS = 1e6;

/** Registers metrics that need no permission; the defaults of prom-client need some. */
export function registerProcess(registry: Registry): void {
  const gauge = (name: string, help: string, read: () => number) =>
    register(registry, { name, type: "gauge", help, labels: [] }, read);

  register(registry, {
    name: "sluice_build_info",
    type: "gauge",
    help: "1; the labels are the versions of the server and of Deno",
    labels: ["version", "deno"],
  }, () => [{ labels: { version: VERSION, deno: Deno.version.deno }, value: 1 }]);
  gauge("sluice_start_time_seconds", "When the process started, since 1970", () => STARTED);
  register(registry, {
    name: "sluice_cpu_seconds_total",
    type: "counter",
    help: "Processor time that the process has used",
    labels: [],
  }, () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / MICROSECONDS;
  });
  gauge(
    "sluice_resident_memory_bytes",
    "Memory of the process in RAM",
    () => Deno.memoryUsage().rss,
  );
  gauge(
    "sluice_heap_total_bytes",
    "Memory that JavaScript has taken",
    () => Deno.memoryUsage().heapTotal,
  );
  gauge("sluice_heap_used_bytes", "Memory that JavaScript uses", () => Deno.memoryUsage().heapUsed);
  gauge(
    "sluice_external_memory_bytes",
    "Memory outside of JavaScript's heap that it holds, as frames",
    () => Deno.memoryUsage().external,
  );
}
