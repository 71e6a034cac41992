/**
 * What hostile clients of HTTP may send, and connections that do no more than begin.
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { concat } from "@std/bytes";
import { flvBytes } from "../../tests/support/http.ts";
import { videoTag } from "../../tests/support/media.ts";
import { handshakeBytes } from "../../tests/support/raw_client.ts";
import type { Target } from "./target.ts";
import { UPGRADE } from "../../tests/support/websocket.ts";

/** Connections of one measurement, one after the other. */
const CONNECTIONS = 200;

/** What is sent on one connection, and to which port. */
interface Opening {
  port: "rtmp" | "http";
  bytes: Uint8Array;
}

/** A result: microseconds of CPU, and the longest hold of the event loop in milliseconds. */
export interface MeasuredOpening {
  name: string;
  bytes: number;
  perConnection: number;
  perKib: number;
  barePerConnection: number;
  hold: number;
}

const empty = { type: "audio", timestamp: 0, data: new Uint8Array(0) } as const;

const OPENINGS: Record<string, Opening> = {
  "a connection to RTMP": { port: "rtmp", bytes: new Uint8Array(0) },
  "a handshake": { port: "rtmp", bytes: handshakeBytes() },
  "garbage for a handshake": { port: "rtmp", bytes: new Uint8Array(4_000).fill(7) },
  "GET /healthz": get("/healthz"),
  "GET /": get("/"),
  "GET /api/v1/streams": get("/api/v1/streams"),
  "GET /api/v1/connections": get("/api/v1/connections"),
  "GET /api/v1/openapi.json": get("/api/v1/openapi.json"),
  "GET /metrics": get("/metrics"),
  "GET of a stream that is not live": get("/live/none.flv?wait=0"),
  "HEAD of it": request("HEAD /live/none.flv"),
  "a path of 8 KB": get(`/${"x".repeat(8_000)}`),
  "a path of dots": get(`/${"../".repeat(2_000)}`),
  "percent signs": get(`/${"%41".repeat(2_500)}.flv?wait=0`),
  "900 headers": request("GET /healthz", ...Array.from({ length: 900 }, (_, i) => `X${i}: y`)),
  "a header of 8 KB": request("GET /healthz", `X: ${"x".repeat(8_000)}`),
  "no HTTP at all": { port: "http", bytes: text("x".repeat(8_000)) },
  "POST of deep JSON": post("[".repeat(60_000)),
  "POST of 60 KB of JSON": post(JSON.stringify({ a: Array(20_000).fill(1) })),
  "PUT of 4,000 tags of no bytes": put(flvBytes([videoTag(0), ...Array(4_000).fill(empty)])),
  "PUT of one tag": put(flvBytes([videoTag(0, 60_000)])),
  "PUT of garbage": put(new Uint8Array(60_000).fill(9)),
  "a WebSocket for nothing": request(
    "GET /live/none.flv?wait=0",
    ...UPGRADE,
  ),
};

/** Measures each of them. */
export async function searchRequests(
  sluice: Target,
  bare: Target,
  only: RegExp,
): Promise<MeasuredOpening[]> {
  const measured: MeasuredOpening[] = [];
  for (const [name, opening] of Object.entries(OPENINGS)) {
    if (!only.test(name)) continue;
    // What is compiled is compiled before.
    await open(sluice, opening, 20);
    const ours = await cost(sluice, opening);
    const theirs = await cost(bare, opening);
    measured.push({
      name,
      bytes: opening.bytes.length,
      perConnection: ours.cpu / CONNECTIONS,
      perKib: ours.cpu / CONNECTIONS / (Math.max(1, opening.bytes.length) / 1024),
      barePerConnection: theirs.cpu / CONNECTIONS,
      hold: ours.hold,
    });
  }
  return measured;
}

/** Prints the dearest first. */
export function print(measured: MeasuredOpening[]): void {
  console.log("\ndearest connections:");
  for (const one of measured.sort((a, b) => b.perConnection - a.perConnection)) {
    console.log(
      `${one.name.padEnd(40)} ${String(one.bytes).padStart(8)} bytes  ` +
        `${one.perConnection.toFixed(0).padStart(7)} us  bare ` +
        `${one.barePerConnection.toFixed(0).padStart(6)} us  ` +
        `${one.perKib.toFixed(1).padStart(8)} us/KiB  hold ${one.hold.toFixed(1)} ms`,
    );
  }
}

async function cost(target: Target, opening: Opening): Promise<{ cpu: number; hold: number }> {
  const before = await target.gauge();
  await open(target, opening, CONNECTIONS);
  const after = await target.gauge();
  return { cpu: after.cpu - before.cpu, hold: after.hold };
}

/** Opens connections one after the other; each is read until the server has answered or closed. */
async function open(target: Target, { port, bytes }: Opening, count: number): Promise<void> {
  const buffer = new Uint8Array(65_536);
  for (let i = 0; i < count; i++) {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: target.ports[port] });
    try {
      for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
      await connection.closeWrite();
      if (port === "http") { while (await connection.read(buffer) !== null); }
    } catch {
      // It has been closed before all was sent.
    }
  }
}

function text(characters: string): Uint8Array {
  return new TextEncoder().encode(characters);
}

function request(line: string, ...headers: string[]): Opening {
  const closes = headers.some((header) => header.startsWith("Connection"))
    ? []
    : ["Connection: close"];
  const lines = [`${line} HTTP/1.1`, "Host: localhost", ...closes, ...headers, "", ""];
  return { port: "http", bytes: text(lines.join("\r\n")) };
}

function get(target: string): Opening {
  return request(`GET ${target}`);
}

function post(body: string): Opening {
  const head = request(
    "POST /api/v1/pushes",
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
  );
  return { port: "http", bytes: concat([head.bytes, text(body)]) };
}

function put(body: Uint8Array): Opening {
  const head = request("PUT /live/put.flv", `Content-Length: ${body.length}`);
  return { port: "http", bytes: concat([head.bytes, body]) };
}
