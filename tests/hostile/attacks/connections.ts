/**
 * Peers that come in numbers, and stay.
 *
 * @module
 */

import { setChunkSize } from "../../../src/message/control.ts";
import { RawHttpClient } from "../../support/http.ts";
import { repeat } from "../../support/long.ts";
import { metricsUntil } from "../../support/prometheus.ts";
import { handshakeBytes, RawClient } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";
import type { Attack, Target } from "../attack.ts";
import { UPGRADE, webSocketFrame } from "../../support/websocket.ts";

/** Connections of which one address may have 500. */
const CONNECTIONS = repeat(300, 900);

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
    name: "six thousand connections of three addresses want to stay half open",
    async run({ port, peers }) {
      for (let i = 0; i < repeat(1_500, 6_600); i++) {
        const connection = await Deno.connect({ hostname: "127.0.0.1", port });
        peers.defer(() => connection.close());
        if (i % 2) await connection.write(Uint8Array.of(3)).catch(() => {});
      }
    },
  },
  {
    name: "connections shake hands and leave, again and again",
    async run({ port }) {
      const hello = handshakeBytes();
      for (let i = 0; i < repeat(500, 5_000); i++) {
        using connection = await Deno.connect({ hostname: "127.0.0.1", port });
        await connection.write(hello);
        await connection.read(new Uint8Array(4096));
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
    async run({ httpPort, peers }) {
      for (let i = 0; i < 1_000; i++) {
        const client = peers.use(await RawHttpClient.connect(httpPort));
        client.request(`GET /live/none${i}.flv?wait=3600`);
      }
    },
  },
  {
    name: "a thousand viewers of many addresses wait for streams that are not published",
    async run({ httpPort, peers }) {
      for (let i = 0; i < 1_200; i++) {
        const client = peers.use(await RawHttpClient.connect(httpPort, `127.0.1.${i % 200 + 1}`));
        client.request(`GET /live/none${i}.flv?wait=3600`);
      }
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
      const text = "GET / HTTP/1.1\r\n";
      for (const byte of text.repeat(repeat(2, 8))) {
        for (const client of clients) if (!client.closed) client.write(byte);
        await until("a byte to leave", () => clients.every((one) => one.closed || !one.unsent));
      }
    },
  },
];
