/**
 * What HTTP and WebSockets can be made to do.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { flvBytes, RawHttpClient } from "../../support/http.ts";
import { repeat } from "../../support/long.ts";
import { videoTag } from "../../support/media.ts";
import { until } from "../../support/wait.ts";
import type { Attack, Target } from "../attack.ts";
import { UPGRADE, webSocketFrame } from "../../support/websocket.ts";

/** A token of the operator, long enough to be right at any time. */
const TOKEN = "0123456789abcdef0123";

const ROUNDS = repeat(200, 2_000);

/** Sends one request and waits until it is answered, or the server has closed. */
async function ask(
  { httpPort }: Target,
  head: string,
  body: string | Uint8Array = "",
): Promise<string> {
  using client = await RawHttpClient.connect(httpPort);
  client.write(`${head}\r\nConnection: close\r\n\r\n`);
  if (body.length > 0) client.write(body);
  await until("an answer", () => client.closed || client.received.includes("\r\n\r\n"));
  return client.received;
}

async function openWebSocket({ httpPort, peers }: Target, ...headers: string[]) {
  const client = peers.use(await RawHttpClient.connect(httpPort));
  client.request(
    "GET /live/honest.flv",
    ...UPGRADE,
    ...headers,
  );
  return client;
}

/** Sends a piece again and again, until the server has closed. */
async function flood(client: RawHttpClient, piece: Uint8Array, rounds: number): Promise<void> {
  for (let i = 0; i < rounds && !client.closed; i++) {
    client.write(piece);
    await until("bytes to leave", () => client.unsent === 0 || client.closed);
  }
}

const HOST = "Host: localhost";

const ODD_REQUESTS = [
  `GET / HTTP/1.1\r\n${HOST}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked`,
  `GET / HTTP/1.1\r\n${HOST}\r\nContent-Length: 4\r\nContent-Length: 5`,
  `GET / HTTP/1.1\r\n${HOST}\r\n folded: header`,
  `GET /${"../".repeat(50)}etc/passwd HTTP/1.1\r\n${HOST}`,
  `GET /%2e%2e/%2e%2e/etc/passwd.flv HTTP/1.1\r\n${HOST}`,
  `GET /live/%00.flv?wait=0 HTTP/1.1\r\n${HOST}`,
  `GET http://evil.example/api/v1/streams HTTP/1.1\r\n${HOST}`,
  `GET /api/v1/streams HTTP/1.1\r\nHost: a\r\nHost: b`,
  `CONNECT localhost:22 HTTP/1.1\r\n${HOST}`,
  `TRACE / HTTP/1.1\r\n${HOST}`,
  `PRI * HTTP/2.0`,
  `GET /?${"a=b&".repeat(3_000)} HTTP/1.1\r\n${HOST}`,
  `GET / HTTP/1.1\r\n${HOST}\r\n${Array.from({ length: 900 }, (_, i) => `X${i}: y`).join("\r\n")}`,
  `GET / HTTP/1.1\r\n${HOST}\r\nX: ${"x".repeat(200_000)}`,
  `GET /live/honest.flv?wait=1e999&mode=${"x".repeat(500)} HTTP/1.1\r\n${HOST}`,
  `OPTIONS * HTTP/1.1\r\n${HOST}`,
  `DELETE /api/v1/pushes/%F0%9F%98%80 HTTP/1.1\r\n${HOST}`,
];

export const attacks: Attack[] = [
  {
    name: "a page elsewhere takes over the name, by a host that was made to lead here",
    async run(target) {
      for (const method of ["PUT", "POST"]) {
        const answer = await ask(
          target,
          `${method} /live/honest.flv HTTP/1.1\r\nHost: evil.example:8080\r\n` +
            "Origin: http://evil.example:8080\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 400",
          flvBytes([videoTag(0)]),
        );
        assertEquals(/^HTTP\/1.1 [25]/.test(answer), false, answer);
      }
    },
  },
  {
    name: "requests are as odd as they can be",
    async run(target) {
      for (let i = 0; i < repeat(2, 20); i++) {
        for (const request of ODD_REQUESTS) await ask(target, request);
      }
    },
  },
  {
    name: "a client sends thousands of requests ahead, and reads no answer",
    mebibytes: 96,
    async run({ httpPort, peers }) {
      for (const path of ["api/v1/streams", "metrics", "", "live/honest.flv"]) {
        const client = peers.use(await RawHttpClient.connect(httpPort));
        client.stopReading();
        const request = new TextEncoder().encode(`GET /${path} HTTP/1.1\r\n${HOST}\r\n\r\n`);
        await flood(client, concat(Array(500).fill(request)), 1);
      }
    },
  },
  {
    name: "wrong tokens and keys are tried without end, and the right token is right",
    args: ["--api-token", TOKEN],
    async run({ http }) {
      const ask = async (token: string) => {
        const headers = { authorization: `Bearer ${token}` };
        const answer = await fetch(`${http}/api/v1/pushes/none`, { method: "DELETE", headers });
        await answer.body?.cancel();
        return answer.status;
      };
      for (let i = 0; i < ROUNDS; i++) await ask(`wrong ${i}`);
      assertEquals(await ask(TOKEN), 404);
    },
  },
  {
    name: "bodies for the API are deep, long or never end",
    async run(target) {
      const { peers, httpPort } = target;
      const head = (length: number) =>
        `POST /api/v1/pushes HTTP/1.1\r\n${HOST}\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${length}`;
      for (let i = 0; i < repeat(5, 50); i++) {
        for (
          const body of ["[".repeat(60_000), `{"a":`.repeat(12_000), `"${"x".repeat(10_000_000)}"`]
        ) {
          await ask(target, head(body.length), body);
        }
        const client = peers.use(await RawHttpClient.connect(httpPort));
        client.write(`${head(1_000)}\r\n\r\n{`);
      }
    },
  },
  {
    name: "a PUT sends tags of no bytes, as many as fit",
    async run({ httpPort, peers }) {
      const client = peers.use(await RawHttpClient.connect(httpPort));
      client.request("PUT /live/empty.flv", "Content-Length: 1000000000");
      client.write(flvBytes([videoTag(0)]));
      const empty = { type: "audio", timestamp: 0, data: new Uint8Array(0) } as const;
      const tags = flvBytes(Array(4_000).fill(empty)).subarray(13);
      await flood(client, tags, repeat(50, 500));
    },
  },
  {
    name: "a PUT says that its tags are larger than they are",
    async run({ httpPort, peers }) {
      for (let i = 0; i < repeat(20, 200); i++) {
        const client = peers.use(await RawHttpClient.connect(httpPort));
        client.request(`PUT /live/lie${i}.flv`, "Content-Length: 1000000");
        const bytes = flvBytes([videoTag(0), videoTag(1)]);
        bytes[14] = 0xff;
        client.write(bytes);
        client.write(new Uint8Array(100_000));
        if (i % 2) client[Symbol.dispose]();
      }
    },
  },
  {
    name: "a WebSocket sends pings, fragments without end and messages of two exabytes",
    async run(target) {
      const pings = concat(Array(500).fill(webSocketFrame(0x89, 4)));
      const fragments = concat([
        webSocketFrame(0x02, 100),
        ...Array(500).fill(webSocketFrame(0x00, 100)),
      ]);
      const huge = Uint8Array.of(0x82, 0xff, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
      const unmasked = Uint8Array.of(0x82, 5, 1, 2, 3, 4, 5);
      for (const piece of [pings, fragments, huge, unmasked]) {
        const client = await openWebSocket(target);
        await client.text(/^HTTP\/1\.1 101/);
        await flood(client, piece, repeat(50, 400));
      }
    },
  },
  {
    name: "pages of other sites open WebSockets with a person's cookies",
    async run(target) {
      for (let i = 0; i < ROUNDS / 4; i++) {
        const client = await openWebSocket(target, "Origin: http://evil.example", "Cookie: a=b");
        await client.text(/^HTTP\/1\.1 403/);
      }
    },
  },
  {
    name: "everybody asks for everything that costs the server work",
    async run({ http }) {
      const paths = ["", "api/v1/streams", "api/v1/connections", "api/v1/openapi.json", "metrics"];
      for (let i = 0; i < repeat(20, 200); i++) {
        const answers = await Promise.all(paths.map((path) => fetch(`${http}/${path}`)));
        for (const answer of answers) await answer.body?.cancel();
      }
    },
  },
  {
    name: "a push is aimed at the machine itself and at its cloud",
    async run({ http }) {
      const urls = [
        "rtmp://169.254.169.254/latest/meta-data",
        "rtmp://[fe80::1]/live/x",
        "rtmp://127.0.0.1:22/live/x",
        "rtmp://localhost:6379/live/x",
        "file:///etc/passwd",
        "rtmp://0.0.0.0/live/x",
        "rtmp://[::ffff:169.254.169.254]/live/x",
      ];
      for (const url of urls) {
        const body = JSON.stringify({ stream: "live/honest", url });
        const headers = { "content-type": "application/json" };
        const answer = await fetch(`${http}/api/v1/pushes`, { method: "POST", body, headers });
        await answer.body?.cancel();
      }
    },
  },
];
