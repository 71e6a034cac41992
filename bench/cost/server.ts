/**
 * The server that is measured, with what it says of itself: CPU time, and how long its event loop was
 * held. With `bare` it is what the least server does with the same bytes: RTMP's are copied, and every
 * HTTP request has the same short answer.
 *
 * @module
 */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { startTestApp } from "../../tests/support/server.ts";

/** How often the event loop is looked at, in milliseconds. */
const LOOK = 1;

const ports = Deno.args[0] === "bare" ? await startBare() : await startSluice();

let seen = performance.now();
let longest = 0;
setInterval(() => {
  const now = performance.now();
  longest = Math.max(longest, now - seen - LOOK);
  seen = now;
}, LOOK);

const gauge = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
  const { user, system } = process.cpuUsage();
  const answer = Response.json({ cpu: user + system, hold: longest });
  longest = 0;
  return answer;
});
// deno-lint-ignore no-console
console.log(JSON.stringify({ ...ports, gauge: gauge.addr.port }));

async function startSluice(): Promise<{ rtmp: number; http: number }> {
  const app = await startTestApp(...Deno.args);
  return { rtmp: app.rtmp.addr.port, http: app.http!.port };
}

async function startBare(): Promise<{ rtmp: number; http: number }> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  void (async () => {
    for await (const connection of listener) void copy(connection);
  })();
  const server = createServer((request, response) => {
    request.resume();
    response.end("ok");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    rtmp: (listener.addr as Deno.NetAddr).port,
    http: (server.address() as AddressInfo).port,
  };
}

async function copy(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  try {
    for (;;) {
      const size = await connection.read(buffer);
      if (size === null) break;
      buffer.slice(0, size);
    }
  } finally {
    connection.close();
  }
}
