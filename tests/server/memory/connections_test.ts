import { setChunkSize } from "../../../src/message/control.ts";
import { RawHttpClient } from "../../support/http.ts";
import { repeat } from "../../support/long.ts";
import { metricsUntil } from "../../support/prometheus.ts";
import { RawClient } from "../../support/raw_client.ts";
import type { ServerProcess } from "../../support/server.ts";
import { testMemory } from "./resident.ts";

/** Connections, of which one address may have 500. */
const CONNECTIONS = repeat(300, 900);
const ADDRESSES = ["127.0.0.2", "127.0.0.3"];

/** Mebibytes that a connection may take: see the bounds in SECURITY.md. */
const PER_CONNECTION = 0.5;

async function connect(one: (address: string) => Promise<void>): Promise<void> {
  for (let i = 0; i < CONNECTIONS; i++) await one(ADDRESSES[i % ADDRESSES.length]!);
}

async function untilOpen(server: ServerProcess, protocol: "rtmp" | "http"): Promise<void> {
  await metricsUntil(server.http, "all connections", (metrics) => {
    return metrics.get(`sluice_${protocol}_connections`) > CONNECTIONS;
  });
}

testMemory("connections in their handshake take up what is documented", {
  mebibytes: 32 + CONNECTIONS * PER_CONNECTION / 4,
  async attack(server, peers) {
    await connect(async (address) => {
      const client = peers.use(await RawClient.connect(server.port, address));
      client.write(new Uint8Array(1_500).fill(3));
    });
    await untilOpen(server, "rtmp");
  },
});

testMemory("RTMP connections that fill every read take up what is documented", {
  mebibytes: 32 + CONNECTIONS * PER_CONNECTION,
  async attack(server, peers) {
    const chunk = { chunkStreamId: 3, messageStreamId: 0, timestamp: 0 };
    const payload = new Uint8Array(200_000);
    await connect(async (address) => {
      const client = peers.use(await RawClient.open(server.port, "live", address));
      client.send(setChunkSize(60_000));
      for (let i = 0; i < 8; i++) client.send({ ...chunk, typeId: 99, payload });
      await client.flushed();
    });
    await untilOpen(server, "rtmp");
  },
});

testMemory("heads of requests that never end take up what is documented", {
  mebibytes: 32 + CONNECTIONS * PER_CONNECTION,
  async attack(server, peers) {
    await connect(async (address) => {
      const client = peers.use(
        await RawHttpClient.connect(Number(new URL(server.http).port), address),
      );
      client.write(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(15_000)}`);
    });
    await untilOpen(server, "http");
  },
});

testMemory("WebSockets that ask and never read take up what is documented", {
  mebibytes: 32 + CONNECTIONS * PER_CONNECTION,
  async attack(server, peers) {
    const ping = frame(0x89, 125);
    const fragment = frame(0x02, 100);
    await connect(async (address) => {
      const client = peers.use(
        await RawHttpClient.connect(Number(new URL(server.http).port), address),
      );
      client.request(
        "GET /live/honest.flv",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      );
      await client.text(/^HTTP\/1\.1 101/);
      client.stopReading();
      for (let i = 0; i < 40; i++) client.write(ping);
      client.write(fragment);
    });
    await untilOpen(server, "http");
  },
});

/** A frame of a client, which is masked, with zeros (RFC 6455, section 5.2). */
function frame(head: number, length: number): Uint8Array {
  const bytes = new Uint8Array(6 + length);
  bytes.set([head, 0x80 | length]);
  return bytes;
}
