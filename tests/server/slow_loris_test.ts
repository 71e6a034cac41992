import { assertEquals, assertMatch } from "@std/assert";
import { RawHttpClient, startHttpApp, startLimitedHttpApp } from "../support/http.ts";
import { captureLog } from "../support/log.ts";
import { videoTag } from "../support/media.ts";
import { collect } from "../support/publications.ts";
import { handshakeBytes, RawClient } from "../support/raw_client.ts";
import { until } from "../support/wait.ts";

/** Bytes of what a client says, one after the other. */
const DRIP = 20;

/** Sends a byte of something every few milliseconds, over and over, until it is disposed of. */
function drip(client: { write(bytes: Uint8Array): void }, bytes: Uint8Array): Disposable {
  let at = 0;
  const timer = setInterval(() => {
    client.write(bytes.subarray(at % bytes.length, at % bytes.length + 1));
    at++;
  }, DRIP);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

const text = (characters: string) => new TextEncoder().encode(characters);

Deno.test("a peer that drips its handshake is waited for only so long", async () => {
  await using log = await captureLog();
  await using app = collect({ handshakeTimeout: 500 });
  using client = await RawClient.connect(app.port);
  using _drip = drip(client, handshakeBytes());
  await client.closed();
  const [line] = await until(
    "a line",
    () => log.lines("warning").length > 0 && log.lines("warning"),
  );
  assertMatch(line!, /RtmpTimeoutError: Handshake timed out/);
});

Deno.test("a peer that drips a command is waited for only so long", async () => {
  await using log = await captureLog();
  await using app = collect({ startTimeout: 500 });
  using client = await RawClient.connect(app.port);
  await client.handshake();
  // A command of 65,535 bytes on chunk stream 3, and then its body, a byte at a time.
  client.write(Uint8Array.of(3, 0, 0, 0, 0, 0xff, 0xff, 20, 0, 0, 0, 0));
  using _drip = drip(client, new Uint8Array(128));
  await client.closed();
  const [line] = await until(
    "a line",
    () => log.lines("warning").length > 0 && log.lines("warning"),
  );
  assertMatch(line!, /RtmpTimeoutError: Peer timed out/);
});

Deno.test("slow clients on both ports hold up no others, and are disconnected in the end", async () => {
  // A handshake has its usual time.
  await using http = await startLimitedHttpApp({ headersTimeout: 1_000, checkInterval: 100 });
  const slow: RawHttpClient[] = [];
  const drips: Disposable[] = [];
  for (let i = 0; i < 50; i++) {
    const client = await RawHttpClient.connect(http.httpPort);
    client.write("GET /live/demo.flv HTTP/1.1\r\nHost: localhost\r\nX: ");
    slow.push(client);
    drips.push(drip(client, text("x")));
  }
  using rtmp = await RawClient.connect(http.port);
  drips.push(drip(rtmp, handshakeBytes()));

  const watching = fetch(`${http.url}/live/demo.flv`);
  using publisher = await RawClient.publish(http.port, "demo");
  publisher.sendTags([videoTag(0)]);
  const response = await watching;
  assertEquals(response.status, 200);
  await response.body!.cancel();
  await until("the slow clients to be gone", () => slow.every(({ closed }) => closed));
  for (const one of drips) one[Symbol.dispose]();
  for (const { received } of slow) assertMatch(received, /^HTTP\/1\.1 408 /);
  assertEquals(publisher.ended, false);
});

Deno.test("a client that takes nothing of its answers loses its connection", async () => {
  await using http = await startHttpApp("--timeout", "1");
  using client = await RawHttpClient.connect(http.httpPort);
  client.stopReading();
  // Answers that fill what both systems keep of a connection.
  const requests = "GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(100);
  const { sockets } = http.app.http!;
  const [socket] = await until("the connection", () => sockets.open.length > 0 && sockets.open);
  await until("the server to write no more", () => {
    if (socket!.stalledFor > 200) return true;
    client.write(requests);
    return socket!.destroyed;
  });
  await until("the connection to be closed", () => sockets.open.length === 0);
  client.goOnReading();
});
