/**
 * Peers that come in numbers, and stay.
 *
 * @module
 */

import { assert } from "@std/assert";
import { setChunkSize } from "../../../src/message/control.ts";
import { RawHttpClient } from "../../support/http.ts";
import { repeat } from "../../support/long.ts";
import { metricsUntil } from "../../support/prometheus.ts";
import { handshakeBytes, RawClient } from "../../support/raw_client.ts";
import type { Attack, Target } from "../attack.ts";
import { taken } from "../flood.ts";
import { UPGRADE, webSocketFrame } from "../../support/websocket.ts";

/** Connections of which one address may have 500. */
const CONNECTIONS = repeat(300, 900);

/** Connections that the server has, and those of one address. */
const ROOM = 1_000;
const ROOM_OF_ADDRESS = 500;

/** Mebibytes that a connection may take: see the bounds in SECURITY.md. */
const PER_CONNECTION = 0.5;

/** Where the peers of this number come from: honest ones have another address. */
function address(number: number): string {
  return `127.0.0.${2 + number % 3}`;
}

async function untilOpen({ http }: Target, protocol: "rtmp" | "http"): Promise<void> {
  await metricsUntil(http, "all connections", (metrics) => {
    return metrics.get(`sluice_${protocol}_connections`) >= CONNECTIONS;
  });
}

/** Waits until the server has refused so many connections, or closed them to make room for others. */
async function untilRefused(http: string, protocol: "rtmp" | "http", count: number): Promise<void> {
  await metricsUntil(http, `${count} connections to be refused`, (metrics) => {
    const refused = [...metrics.values]
      .filter(([name]) => name.startsWith(`sluice_${protocol}_connections_refused_total{`))
      .reduce((sum, [, value]) => sum + value, 0);
    return refused >= count;
  });
}

export const attacks: Attack[] = [
  {
    name: "connections stay in their handshake",
    mebibytes: 32 + CONNECTIONS * PER_CONNECTION / 4,
    async run(target) {
      for (let i = 0; i < CONNECTIONS; i++) {
        const client = target.peers.use(await RawClient.connect(target.port, address(i)));
        client.write(new Uint8Array(1_500).fill(3));
      }
      await untilOpen(target, "rtmp");
    },
  },
  {
    name: "RTMP connections fill every read",
    mebibytes: 32 + CONNECTIONS * PER_CONNECTION,
    async run(target) {
      const chunk = { chunkStreamId: 3, messageStreamId: 0, timestamp: 0 };
      const payload = new Uint8Array(200_000);
      for (let i = 0; i < CONNECTIONS; i++) {
        const client = target.peers.use(await RawClient.open(target.port, "live", address(i)));
        client.send(setChunkSize(60_000));
        for (let i = 0; i < 8; i++) client.send({ ...chunk, typeId: 99, payload });
        await client.flushed();
      }
      await untilOpen(target, "rtmp");
    },
  },
  {
    name: "heads of HTTP requests never end",
    mebibytes: 32 + CONNECTIONS * PER_CONNECTION,
    async run(target) {
      for (let i = 0; i < CONNECTIONS; i++) {
        const client = target.peers.use(await RawHttpClient.connect(target.httpPort, address(i)));
        client.write(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(15_000)}`);
      }
      await untilOpen(target, "http");
    },
  },
  {
    name: "WebSockets ask and never read",
    mebibytes: 32 + CONNECTIONS * PER_CONNECTION,
    async run(target) {
      const ping = webSocketFrame(0x89, 125);
      for (let i = 0; i < CONNECTIONS; i++) {
        const client = target.peers.use(await RawHttpClient.connect(target.httpPort, address(i)));
        client.request(
          "GET /live/honest.flv",
          ...UPGRADE,
        );
        await client.text(/^HTTP\/1\.1 101/);
        client.stopReading();
        for (let i = 0; i < 40; i++) client.write(ping);
        client.write(webSocketFrame(0x02, 100));
      }
      await untilOpen(target, "http");
    },
  },
  {
    name: "more connections of three addresses than there is room for want to stay half open",
    async run({ port, http, peers }) {
      const connections = repeat(1_500, 6_600);
      for (let i = 0; i < connections; i += 50) {
        await Promise.all(Array.from({ length: 50 }, async (_, k) => {
          const client = peers.use(await RawClient.connect(port, address(i + k)));
          if (k % 2) client.write(Uint8Array.of(3));
        }));
      }
      await untilRefused(http, "rtmp", connections - ROOM);
    },
  },
  {
    name: "connections shake hands and leave, again and again",
    async run({ port }) {
      const hello = handshakeBytes();
      for (let i = 0; i < repeat(500, 5_000); i++) {
        using connection = await Deno.connect({ hostname: "127.0.0.1", port });
        await connection.write(hello);
        assert(await connection.read(new Uint8Array(4096)), "The server has not answered");
      }
    },
  },
  {
    name: "connections are reset as soon as they stand",
    async run({ port, httpPort }) {
      for (let i = 0; i < repeat(300, 3_000); i++) {
        const client = await RawClient.connect(i % 2 ? port : httpPort);
        client.reset();
      }
    },
  },
  {
    name: "one address waits for a thousand streams that are not published",
    async run({ http, httpPort, peers }) {
      for (let i = 0; i < 1_000; i++) {
        const client = peers.use(await RawHttpClient.connect(httpPort));
        client.request(`GET /live/none${i}.flv?wait=3600`);
      }
      await untilRefused(http, "http", 1_000 - ROOM_OF_ADDRESS);
    },
  },
  {
    name: "a thousand viewers of many addresses wait for streams that are not published",
    async run({ http, httpPort, peers }) {
      for (let i = 0; i < 1_200; i++) {
        const client = peers.use(await RawHttpClient.connect(httpPort, `127.0.1.${i % 200 + 1}`));
        client.request(`GET /live/none${i}.flv?wait=3600`);
      }
      await untilRefused(http, "http", 1_200 - ROOM);
    },
  },
  {
    name: "newcomers take every file descriptor",
    descriptors: 128,
    async run({ port, httpPort, peers }) {
      for (let i = 0; i < 100; i++) {
        peers.use(await RawClient.connect(port, address(i)));
        const viewer = peers.use(await RawHttpClient.connect(httpPort, address(i)));
        viewer.request("GET /live/honest.flv");
        const publisher = peers.use(await RawHttpClient.connect(httpPort, address(i)));
        publisher.write("PUT /live/x.flv HTTP/1.1\r\nHost: localhost\r\n");
      }
    },
  },
  {
    name: "heads of requests come a byte at a time",
    async run({ httpPort, peers }) {
      const clients: RawHttpClient[] = [];
      for (let i = 0; i < 400; i++) {
        clients.push(peers.use(await RawHttpClient.connect(httpPort, address(i))));
      }
      const text = "GET / HTTP/1.1\r\n" + "X: 0123456789\r\n".repeat(repeat(1, 7));
      for (const byte of text) {
        for (const client of clients) client.write(byte);
        for (const client of clients) await taken(client);
      }
    },
  },
];
