/**
 * What WebSockets can be made to do.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { RawHttpClient } from "../../support/http.ts";
import { repeat } from "../../support/long.ts";
import { UPGRADE, webSocketFrame } from "../../support/websocket.ts";
import { until } from "../../support/wait.ts";
import type { Attack, Target } from "../attack.ts";
import { expectOpen, flood, floodAnew, floodUntilCut } from "../flood.ts";

/** Rounds of pings: they are told apart by their length, which is below 126. */
const ROUNDS = repeat(20, 120);

/** Pings at a time: a viewer that lets many more answers wait is cut off. */
const PINGS = 50;

async function openWebSocket({ httpPort }: Target, ...headers: string[]): Promise<RawHttpClient> {
  const client = await RawHttpClient.connect(httpPort);
  client.request("GET /live/honest.flv", ...UPGRADE, ...headers);
  return client;
}

/** Opens a WebSocket and sends what it is closed for, again and again. */
async function sendWrong(target: Target, piece: Uint8Array): Promise<void> {
  await floodAnew(async () => {
    const client = await openWebSocket(target);
    await client.text(/^HTTP\/1\.1 101/);
    client.write(piece);
    return client;
  }, repeat(50, 500));
}

export const attacks: Attack[] = [
  {
    name: "a WebSocket sends pings and short messages without end",
    async run(target) {
      const client = target.peers.use(await openWebSocket(target));
      await client.text(/^HTTP\/1\.1 101/);
      for (let i = 1; i <= ROUNDS; i++) {
        await flood(client, webSocketFrame(0x82, 4), 5_000);
        await flood(client, webSocketFrame(0x89, 4), PINGS);
        // The server answers in order: a ping of another length each time is the last.
        client.write(webSocketFrame(0x89, 5 + i));
        await until("the last pong", () => {
          expectOpen(client);
          return client.received.includes(`\x8a${String.fromCharCode(5 + i)}${"\0".repeat(5 + i)}`);
        });
      }
    },
  },
  {
    name: "WebSockets send pings without end, read no answer, and are cut off",
    mebibytes: 128,
    async run(target) {
      const ping = webSocketFrame(0x89, 125);
      await floodAnew(async () => {
        const client = await openWebSocket(target);
        await client.text(/^HTTP\/1\.1 101/);
        client.stopReading();
        await floodUntilCut(client, ping);
        return client;
      }, repeat(3, 30));
    },
  },
  {
    name: "WebSockets send fragments without end, and are closed",
    run: (target) =>
      sendWrong(
        target,
        concat([webSocketFrame(0x02, 100), ...Array(5_000).fill(webSocketFrame(0x00, 100))]),
      ),
  },
  {
    name: "WebSockets announce messages of two exabytes, and are closed",
    run: (target) =>
      sendWrong(target, Uint8Array.of(0x82, 0xff, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
  },
  {
    name: "WebSockets send frames without a mask, and are closed",
    run: (target) => sendWrong(target, Uint8Array.of(0x82, 5, 1, 2, 3, 4, 5)),
  },
  {
    name: "pages of other sites open WebSockets with a person's cookies",
    async run(target) {
      for (let i = 0; i < repeat(50, 500); i++) {
        using client = await openWebSocket(target, "Origin: http://evil.example", "Cookie: a=b");
        await client.text(/^HTTP\/1\.1 403/);
      }
    },
  },
];
