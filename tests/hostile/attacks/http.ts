/**
 * What HTTP can be made to do.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { flvBytes, RawHttpClient } from "../../support/http.ts";
import { repeat } from "../../support/long.ts";
import { videoTag } from "../../support/media.ts";
import { metricsUntil } from "../../support/prometheus.ts";
import { until } from "../../support/wait.ts";
import type { Attack, Target } from "../attack.ts";
import { expectOpen, flood, floodAnew, floodUntilCut, taken } from "../flood.ts";

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

const HOST = "Host: localhost";

/** Requests, and the status of the answer: 0 if there is none. */
const ODD_REQUESTS: [request: string, status: number][] = [
  [`GET / HTTP/1.1\r\n${HOST}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked`, 400],
  [`GET / HTTP/1.1\r\n${HOST}\r\nContent-Length: 4\r\nContent-Length: 5`, 400],
  [`GET / HTTP/1.1\r\n${HOST}\r\n folded: header`, 400],
  [`GET /${"../".repeat(50)}etc/passwd HTTP/1.1\r\n${HOST}`, 404],
  [`GET /%2e%2e/%2e%2e/etc/passwd.flv HTTP/1.1\r\n${HOST}`, 400],
  [`GET /live/%00.flv?wait=0 HTTP/1.1\r\n${HOST}`, 404],
  [`GET http://evil.example/api/v1/streams HTTP/1.1\r\n${HOST}`, 403],
  [`GET /api/v1/streams HTTP/1.1\r\nHost: a\r\nHost: b`, 400],
  [`CONNECT localhost:22 HTTP/1.1\r\n${HOST}`, 0],
  [`TRACE / HTTP/1.1\r\n${HOST}`, 405],
  [`PRI * HTTP/2.0`, 400],
  [`GET /?${"a=b&".repeat(3_000)} HTTP/1.1\r\n${HOST}`, 200],
  [`GET / HTTP/1.1\r\n${HOST}\r\n${headers(900)}`, 200],
  [`GET / HTTP/1.1\r\n${HOST}\r\nX: ${"x".repeat(200_000)}`, 431],
  [`GET /live/honest.flv?wait=1e999&mode=${"x".repeat(500)} HTTP/1.1\r\n${HOST}`, 400],
  [`OPTIONS * HTTP/1.1\r\n${HOST}`, 400],
  [`DELETE /api/v1/pushes/%F0%9F%98%80 HTTP/1.1\r\n${HOST}`, 404],
];

function headers(count: number): string {
  return Array.from({ length: count }, (_, i) => `X${i}: y`).join("\r\n");
}

/** The status of an answer; 0 if there is none. */
function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);
}

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
        assertEquals(statusOf(answer), 403, answer);
      }
    },
  },
  {
    name: "requests are as odd as they can be",
    async run(target) {
      for (let i = 0; i < repeat(2, 20); i++) {
        for (const [request, status] of ODD_REQUESTS) {
          assertEquals(statusOf(await ask(target, request)), status, request.slice(0, 100));
        }
      }
    },
  },
  {
    name: "clients send thousands of requests ahead, read no answer, and are cut off",
    mebibytes: 128,
    async run({ httpPort }) {
      for (const path of ["api/v1/streams", "metrics", "", "live/honest.flv"]) {
        const request = new TextEncoder().encode(`GET /${path} HTTP/1.1\r\n${HOST}\r\n\r\n`);
        await floodAnew(async () => {
          const client = await RawHttpClient.connect(httpPort);
          client.stopReading();
          await floodUntilCut(client, request);
          return client;
        }, repeat(10, 100));
      }
    },
  },
  {
    name: "bodies for the API are deep, long or never end",
    async run(target) {
      const { peers, httpPort } = target;
      const head = (length: number) =>
        `POST /api/v1/pushes HTTP/1.1\r\n${HOST}\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${length}`;
      const bodies: [body: string, status: number][] = [
        ["[".repeat(16_000), 400],
        ["[".repeat(8_000) + "]".repeat(8_000), 400],
        [`{"a":`.repeat(2_500) + "1" + "}".repeat(2_500), 400],
        [`"${"x".repeat(10_000_000)}"`, 413],
      ];
      for (let i = 0; i < repeat(5, 50); i++) {
        for (const [body, status] of bodies) {
          const answer = await ask(target, head(body.length), body);
          assertEquals(statusOf(answer), status, body.slice(0, 10));
        }
        const client = peers.use(await RawHttpClient.connect(httpPort));
        client.write(`${head(1_000)}\r\n\r\n{`);
      }
    },
  },
  {
    name: "a PUT sends tags of no bytes, as many as fit",
    async run({ http, httpPort, peers }) {
      const client = peers.use(await RawHttpClient.connect(httpPort));
      client.request("PUT /live/empty.flv", "Content-Length: 1000000000");
      client.write(flvBytes([videoTag(0)]));
      const empty = { type: "audio", timestamp: 0, data: new Uint8Array(0) } as const;
      const tags = flvBytes(Array(4_000).fill(empty)).subarray(13);
      const times = repeat(50, 500);
      await flood(client, tags, times);
      await metricsUntil(http, "all tags", (metrics) => {
        const labels = { stream: "live/empty" };
        const bytes = metrics.get("sluice_stream_received_bytes_total", labels);
        return bytes > (times - 1) * tags.length;
      });
      expectOpen(client);
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
        await taken(client);
        if (i % 2) client[Symbol.dispose]();
      }
    },
  },
  {
    name: "everybody asks for everything that costs the server work",
    async run({ http }) {
      const paths = ["", "api/v1/streams", "api/v1/connections", "api/v1/openapi.json", "metrics"];
      for (let i = 0; i < repeat(20, 200); i++) {
        const answers = await Promise.all(paths.map((path) => fetch(`${http}/${path}`)));
        for (const answer of answers) {
          assertEquals(answer.status, 200, answer.url);
          await answer.body?.cancel();
        }
      }
    },
  },
  {
    name: "a push is aimed at the machine itself and at its cloud",
    async run({ http }) {
      const urls: [url: string, status: number][] = [
        ["rtmp://169.254.169.254/latest/meta-data", 403],
        ["rtmp://[fe80::1]/live/x", 403],
        ["rtmp://[::ffff:169.254.169.254]/live/x", 403],
        ["file:///etc/passwd", 400],
        // The operator's own machine is asked for; what is there speaks no RTMP.
        ["rtmp://127.0.0.1:22/live/x", 201],
        ["rtmp://localhost:6379/live/x", 201],
        ["rtmp://0.0.0.0/live/x", 201],
      ];
      for (const [url, status] of urls) {
        const body = JSON.stringify({ stream: "live/honest", url });
        const headers = { "content-type": "application/json" };
        const answer = await fetch(`${http}/api/v1/pushes`, { method: "POST", body, headers });
        await answer.body?.cancel();
        assertEquals(answer.status, status, url);
      }
    },
  },
];
