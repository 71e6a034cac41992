/**
 * Pushes that lead back to their own stream, over servers that pass on which relays it has passed.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { type ApiApp, callApi, startApiApp } from "../../support/api.ts";
import { makeCertificate } from "../../support/certificate.ts";
import { freePort } from "../../support/free_port.ts";
import { LiveEncoder } from "../../support/live_encoder.ts";
import { ServerProcess } from "../../support/server.ts";
import { toolTest } from "../../support/tools.ts";
import { until } from "../../support/wait.ts";

/** What a push shows of itself. */
interface PushState {
  id: string;
  state: string;
  lastError: string | null;
}

async function pushes(app: ApiApp): Promise<PushState[]> {
  return (await app.call("GET", "pushes")).body.pushes;
}

/** Waits until a push has been refused since its stream comes from there. */
async function setAside(app: ApiApp, number = 0): Promise<void> {
  const text = "This stream comes from this server: ";
  await until(
    "the push to be set aside",
    async () => (await pushes(app))[number]?.lastError?.includes(text),
  );
  assertEquals((await pushes(app))[number]!.state, "retrying");
}

/** The video frames that a stream has received; `undefined` if it is not live. */
async function received(app: ApiApp, path = "live/demo"): Promise<number | undefined> {
  const { status, body } = await app.call("GET", `streams/${path}`);
  return status === 200 ? body.ledger.received.videoFrames : undefined;
}

/** The encoder goes on, no frame more is there than it has sent, and another one can follow it. */
async function isUndisturbed(app: ApiApp, encoder: LiveEncoder): Promise<void> {
  await encoder.frames(50);
  encoder.pause();
  await until("all frames", async () => await received(app) === encoder.sent.length);
  encoder.end();
  await until("the end of the stream", async () => await received(app) === undefined);
  using next = await LiveEncoder.start(app.port);
  await next.frames(10);
  next.end();
  await until("the end of the next stream", async () => await received(app) === undefined);
  await app.idle();
}

for (const host of ["127.0.0.1", "localhost", "[::1]"]) {
  Deno.test(`a push to its own stream on ${host} is refused, and the encoder goes on`, async () => {
    await using app = await startApiApp("--host", "::", "--http-host", "127.0.0.1");
    const url = `rtmp://${host}:${app.port}/live/demo`;
    assertEquals((await app.call("POST", "pushes", { stream: "live/demo", url })).status, 201);
    using encoder = await LiveEncoder.start(app.port);
    await setAside(app);
    await isUndisturbed(app, encoder);
  });
}

Deno.test("a push to its own stream by --push, with a key, is refused while it is recorded", async () => {
  const port = freePort();
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
  {
    await using app = await startApiApp(
      ...["--port", `${port}`, "--record", directory, "--stream-key", "secret"],
      ...["--push", `live/demo=rtmp://127.0.0.1:${port}/live/demo?key=secret`],
    );
    using encoder = await LiveEncoder.start(app.port, "demo?key=secret");
    await setAside(app);
    await encoder.frames(50);
    encoder.pause();
    await until("all frames", async () => await received(app) === encoder.sent.length);
    encoder.end();
    await app.idle();
    await until("the end of the stream", async () => await received(app) === undefined);
  }
  const files = [...Deno.readDirSync(`${directory}/live`)].filter(({ name }) =>
    name.endsWith(".flv")
  );
  assertEquals(files.length, 1);
  await Deno.remove(directory, { recursive: true });
});

await toolTest(["openssl"], "a push to its own stream over RTMPS is refused", async () => {
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
  const [certFile, keyFile] = [`${directory}/cert.pem`, `${directory}/key.pem`];
  const { cert, key } = await makeCertificate();
  await Deno.writeTextFile(certFile, cert);
  await Deno.writeTextFile(keyFile, key);
  {
    const port = freePort();
    await using server = await ServerProcess.start({
      args: [
        ...["--rtmps-port", `${port}`, "--tls-cert", certFile, "--tls-key", keyFile],
        ...["--push", `live/demo=rtmps://127.0.0.1:${port}/live/demo`],
      ],
      permissions: [`--allow-read=${directory}`],
      env: { DENO_CERT: certFile },
    });
    using encoder = await LiveEncoder.start(server.port);
    await server.line(/Cannot push live\/demo .*This stream comes from this server: /);
    await encoder.frames(50);
    const { status } = await callApi(server.http, "GET", "streams/live/demo");
    assertEquals(status, 200);
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a push to another path of its server goes on; one that leads back from there is refused", async () => {
  await using app = await startApiApp();
  const url = (path: string) => `rtmp://127.0.0.1:${app.port}/${path}`;
  await app.call("POST", "pushes", { stream: "live/demo", url: url("live/copy") });
  await app.call("POST", "pushes", { stream: "live/copy", url: url("live/demo") });
  using encoder = await LiveEncoder.start(app.port);
  await setAside(app, 1);
  await encoder.frames(50);
  encoder.pause();
  for (const path of ["live/demo", "live/copy"]) {
    await until(
      `all frames of ${path}`,
      async () => await received(app, path) === encoder.sent.length,
    );
  }
  const [there] = await pushes(app);
  assertEquals([there!.state, there!.lastError], ["live", null]);
  encoder.end();
  for (const path of ["live/demo", "live/copy"]) {
    await until(`the end of ${path}`, async () => await received(app, path) === undefined);
  }
  await app.idle();
});

Deno.test("two servers that push to each other have the stream of either's encoder, one after the other", async () => {
  await using one = await startApiApp();
  await using two = await startApiApp();
  const url = (app: ApiApp) => `rtmp://127.0.0.1:${app.port}/live/demo`;
  await one.call("POST", "pushes", { stream: "live/demo", url: url(two) });
  await two.call("POST", "pushes", { stream: "live/demo", url: url(one) });
  for (const [at, elsewhere] of [[one, two], [two, one]] as const) {
    using encoder = await LiveEncoder.start(at.port);
    await until("the stream elsewhere", () => received(elsewhere));
    await setAside(elsewhere);
    await encoder.frames(50);
    encoder.pause();
    await until("all frames", async () => await received(at) === encoder.sent.length);
    encoder.end();
    for (const app of [one, two]) {
      await until("the end of the stream", async () => await received(app) === undefined);
      await app.idle();
    }
  }
});

Deno.test("a ring of three servers ends before its first", async () => {
  await using one = await startApiApp();
  await using two = await startApiApp();
  await using three = await startApiApp();
  const ring = [one, two, three];
  for (const [i, app] of ring.entries()) {
    const url = `rtmp://127.0.0.1:${ring[(i + 1) % 3]!.port}/live/demo`;
    await app.call("POST", "pushes", { stream: "live/demo", url });
  }
  using encoder = await LiveEncoder.start(two.port);
  await until("the stream on all", async () => {
    const live = await Promise.all(ring.map((app) => received(app)));
    return live.every((frames) => frames !== undefined);
  });
  await setAside(one);
  await encoder.frames(50);
  encoder.pause();
  await until("all frames", async () => await received(two) === encoder.sent.length);
  const [push] = await pushes(one);
  assertStringIncludes(push!.lastError!, "NetStream.Publish.Loop");
  encoder.end();
  for (const app of ring) {
    await until("the end of the stream", async () => await received(app) === undefined);
    await app.idle();
  }
});
