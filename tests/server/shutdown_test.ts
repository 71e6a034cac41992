import { assert, assertEquals, assertMatch } from "@std/assert";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import { setChunkSize } from "../../src/message/control.ts";
import { MessageType } from "../../src/message/message.ts";
import { recordingDirectory } from "../support/api.ts";
import { clip, contents } from "../support/ffmpeg.ts";
import { RawHttpClient } from "../support/http.ts";
import { videoTag } from "../support/media.ts";
import { RawClient } from "../support/raw_client.ts";
import { recordPermissions, ServerProcess } from "../support/server.ts";
import { toolTest } from "../support/tools.ts";
import { until } from "../support/wait.ts";

/** What everything together may take before the server gives up, in milliseconds. */
const DEADLINE = 10_000;

/** Ends a server by SIGTERM, which must succeed before its own deadline. */
async function terminate(server: ServerProcess): Promise<void> {
  const began = performance.now();
  server.kill("SIGTERM");
  assertEquals((await server.ended()).code, 0, server.lines.join("\n"));
  assert(performance.now() - began < DEADLINE);
  assertEquals(server.lines.filter((line) => /timed out/.test(line)), []);
}

await toolTest(
  ["ffmpeg"],
  "SIGTERM ends FFmpeg, an idle client and a viewer that does not read; the recording is whole",
  async () => {
    await using directory = await recordingDirectory();
    const server = await ServerProcess.start({
      args: ["--record", directory.path],
      permissions: recordPermissions(directory.path),
    });
    const ffmpeg = new Deno.Command("ffmpeg", {
      args: [
        ...["-hide_banner", "-loglevel", "error", "-re", "-stream_loop", "-1"],
        ...["-i", await clip("1080p60"), "-c", "copy", "-f", "flv", `${server.rtmp}/live/demo`],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const recorded = await server.line(/is recorded to/);
    const httpPort = Number(server.http.split(":").at(-1));
    using idle = await RawHttpClient.connect(httpPort);
    idle.request("GET /healthz");
    await idle.text(/"ok"/);
    using stuck = await RawHttpClient.connect(httpPort);
    stuck.request("GET /live/demo.flv");
    await stuck.text(/^HTTP\/1\.1 200/);
    stuck.stopReading();
    await until("frames that wait for the viewer", async () => {
      const { ledger } = await (await fetch(`${server.http}/api/v1/streams/live/demo`)).json();
      return ledger.consumers.some(({ kind, inFlight }: { kind: string; inFlight: object }) =>
        kind === "http-flv" && Object.values(inFlight).some((count) => count > 10)
      );
    });

    await terminate(server);
    const { stderr } = await ffmpeg.output();
    assertMatch(new TextDecoder().decode(stderr), /The server is shutting down/);
    const [, file] = recorded.split("is recorded to ");
    const ended = server.lines.find((line) => line.includes("live/demo has ended"));
    const [, received] = /Received (\d+) video.*ledger balanced/.exec(ended ?? "") ?? [];
    assertEquals((await contents(file!)).video.length, Number(received));
    assert(server.lines.some((line) => line.endsWith(`${file} is complete`)));
  },
);

Deno.test("SIGTERM asks those to reconnect who understand it, and ends when they have", async () => {
  const server = await ServerProcess.start();
  using client = await RawClient.connect(server.port);
  await client.handshake();
  const object = { app: "live", tcUrl: `${server.rtmp}/live`, capsEx: 1 };
  client.send({
    ...{ chunkStreamId: 3, messageStreamId: 0, typeId: MessageType.CommandAmf0, timestamp: 0 },
    payload: encodeAmf0("connect", 1, object),
  });
  client.askToPublish("demo");
  await client.status("NetStream.Publish.Start");
  using other = await RawClient.publish(server.port, "other");
  client.sendTags([videoTag(0)]);
  await server.line(/live\/demo is published/);

  server.kill("SIGTERM");
  await client.status("NetConnection.Connect.ReconnectRequest");
  await other.status("NetConnection.Connect.AppShutdown");
  await other.closed();
  assertEquals(other.statuses.some(({ code }) => code.endsWith("ReconnectRequest")), false);
  // It is served until it goes.
  client.sendTags([videoTag(1), videoTag(2)]);
  const readiness = await fetch(`${server.http}/readyz`);
  assertEquals([readiness.status, (await readiness.json()).status], [503, "not-ready"]);
  client.command("FCUnpublish", 4, null, "demo");
  await server.line(/live\/demo has ended: The publisher ended the stream. Received 3 video/);
  client[Symbol.dispose]();
  other[Symbol.dispose]();
  assertEquals((await server.ended()).code, 0);
});

Deno.test("SIGTERM ends the server although a push cannot get rid of what it sends", async () => {
  // It says what it takes to let a publisher begin, and then reads nothing.
  await using target = await ServerProcess.start({ args: ["--timeout", "3600"] });
  const server = await ServerProcess.start({
    args: ["--push", `live/demo=${target.rtmp}/live/copy`],
  });
  using client = await RawClient.publish(server.port, "demo");
  client.send(setChunkSize(65_536));
  client.sendTags([videoTag(0, 60_000)]);
  await target.line(/live\/copy is published/);
  target.kill("SIGSTOP");
  client.sendTags(Array.from({ length: 240 }, (_, i) => videoTag(i, 60_000)));
  await until("frames that wait for the push", async () => {
    const { pushes } = await (await fetch(`${server.http}/api/v1/pushes`)).json();
    return pushes[0].ledger.inFlight.videoFrames > 0;
  });
  client.end();
  try {
    await terminate(server);
  } finally {
    target.kill("SIGCONT");
  }
});

Deno.test("SIGTERM ends a server over which nothing goes at once", async () => {
  const server = await ServerProcess.start();
  using idle = await RawHttpClient.connect(Number(server.http.split(":").at(-1)));
  using waiting = await RawHttpClient.connect(Number(server.http.split(":").at(-1)));
  waiting.request("GET /live/demo.flv?wait=3600");
  using silent = await RawClient.connect(server.port);
  await until("both HTTP clients", async () => {
    const text = await (await fetch(`${server.http}/metrics`)).text();
    return /^sluice_http_connections [3-9]/m.test(text);
  });
  await terminate(server);
  await until("the idle client to be gone", () => idle.closed && waiting.closed && silent.ended);
});

Deno.test("SIGTERM ends a server that cannot end, with exit code 1", async () => {
  // What it writes is not read, and it may not lose any of it.
  const server = await ServerProcess.start({
    program: new URL("impatient_server.ts", import.meta.url).pathname,
    args: ["--output", "-"],
    stdout: "piped",
  });
  using client = await RawClient.publish(server.port, "demo");
  client.send(setChunkSize(65_536));
  client.sendTags(Array.from({ length: 100 }, (_, i) => videoTag(i, 60_000)));
  await server.line(/live\/demo is published/);
  server.kill("SIGTERM");
  assertEquals((await server.ended()).code, 1);
  assertMatch(server.lines.at(-1)!, /Shutdown timed out after 0\.5 s/);
});
