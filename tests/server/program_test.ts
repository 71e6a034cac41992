import { assert, assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import denoJson from "../../deno.json" with { type: "json" };
import { writeCommand } from "../../src/message/command.ts";
import { setChunkSize } from "../../src/message/control.ts";
import { mediaOf, tagsOf, videoTag, videoTags } from "../support/media.ts";
import { RawClient, STREAM_ID } from "../support/raw_client.ts";
import { recordPermissions, runServer, ServerProcess } from "../support/server.ts";
import { until } from "../support/wait.ts";

/** Ports that need not be free: the program ends before it listens. */
const SOMEWHERE = ["--host", "127.0.0.1", "--port", "0", "--http-port", "off"];

const REFUSED: [what: string, args: string[], code: number, sentence: RegExp][] = [
  ["an unknown flag", ["--nonsense"], 2, /--nonsense; see --help/],
  ["a flag that is nearly one", ["--prot", "1"], 2, /--prot; did you mean --port\?/],
  ["a short flag that there is not", ["-p", "1"], 2, /-p; did you mean --port\?/],
  ["a stray word", ["nonsense"], 2, /"?nonsense"?; see --help/],
  ["a flag without its value", ["--port"], 2, /--port needs a value: --port PORT/],
  ["a flag in place of a value", ["--port", "--json=1"], 2, /--port needs a value/],
  ["a value for a switch", ["--loop=yes"], 2, /--loop takes no value/],
  ["a port that is none", ["--port", "70000"], 2, /--port.*0 to 65535.*70000/],
  ["a port of letters", ["--http-port", "x\ny"], 2, /--http-port.*"x\\ny"/],
  ["a chunk size of 0", ["--chunk-size", "0"], 2, /--chunk-size.*from 1 to/],
  ["an empty key", ["--stream-key", ""], 2, /--stream-key must not be empty/],
  ["an unknown level", ["--log-level", "loud"], 2, /--log-level.*debug.*loud/],
  ["a push of nothing", ["--push", "=rtmp://h/a/KEY"], 2, /--push must be as live\/demo=/],
  ["a pull without a stream", ["--pull", "rtmp://h/a/KEY"], 2, /--pull must be as live\/demo=/],
  ["a push to nowhere", ["--push", "live/demo=rtmp://h/a"], 2, /--push: .*names no stream/],
  ["a loop over nothing", ["--loop"], 2, /--loop goes with --output/],
  [
    "RTMPS on the port of RTMP",
    ["--port", "9", "--rtmps-port", "9", "--tls-cert", "c", "--tls-key", "k"],
    2,
    /--rtmps-port must be another one than --port/,
  ],
  [
    "more pushes than there may be",
    Array(101).fill("--push=live/demo=rtmp://127.0.0.1/a/KEY"),
    2,
    /--push: there are 101, limit 100/,
  ],
  ["half of RTMPS", ["--rtmps-port", "0"], 2, /--rtmps-port, --tls-cert and --tls-key/],
  [
    "a flag of Deno, which it cannot use",
    ["--allow-write=rec", "--record", "rec"],
    2,
    /--allow-write is a flag of Deno.* `deno run --allow-net --allow-write=rec src\/server\/main\.ts/,
  ],
  [
    "no permission to record",
    [...SOMEWHERE, "--record", "rec"],
    1,
    /record into rec: .*--allow-write=rec/,
  ],
  ["an address of another machine", ["--host", "203.0.113.1"], 1, /203\.0\.113\.1.* with --host/],
  ["a host that is none", ["--host", "no host"], 1, /listen for RTMP on no host:1935: /],
];

for (const [what, args, code, sentence] of REFUSED) {
  Deno.test(`the program refuses ${what} in one sentence, with exit code ${code}`, async () => {
    const result = await runServer(args);
    assertMatch(result.stderr, sentence);
    const lines = result.stderr.split("\n").length;
    assertEquals({ ...result, stderr: lines }, { code, stdout: "", stderr: 2 });
    assertFalse(result.stderr.includes("a/KEY"));
  });
}

Deno.test("the program refuses a directory that cannot be one", async () => {
  const directory = `${import.meta.filename}/recordings`;
  const args = [...SOMEWHERE, "--record", directory];
  const { code, stderr } = await runServer(args, ["--allow-net", "--allow-write"]);
  assertEquals(code, 1);
  assertMatch(stderr, /^Cannot record into .*recordings: Not a directory.*\n$/);
});

for (const flag of ["--port", "--http-port"]) {
  Deno.test(`the program says that the port of ${flag} is taken`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const taken = String(listener.addr.port);
    const args = ["--host", "127.0.0.1", "--port", "0", "--http-port", "0", flag, taken];
    const { code, stderr } = await runServer(args);
    assertEquals(code, 1);
    assertMatch(stderr, new RegExp(`^Cannot listen .*${taken}: .*taken.*${flag}\n$`));
  });
}

Deno.test("--version and --help print and end", async () => {
  const version = await runServer(["--version"]);
  assertEquals(version, { code: 0, stdout: `${denoJson.version}\n`, stderr: "" });
  const help = await runServer(["--help"]);
  assertEquals({ ...help, stdout: "" }, { code: 0, stdout: "", stderr: "" });
  assertEquals(await runServer(["-h"]), help);
  for (const flag of ["--port", "--record", "--stream-key"]) {
    assertStringIncludes(help.stdout, flag);
  }
});

/** What a person or a service manager does, and how often at once. */
const ENDINGS: [Deno.Signal, number][] = [
  ["SIGINT", 1],
  ["SIGINT", 2],
  ["SIGTERM", 1],
  ["SIGHUP", 1],
  ["SIGHUP", 2],
];

for (const [signal, times] of ENDINGS) {
  Deno.test({
    name: `${signal} × ${times} tells the publisher, completes the recording and exits with 0`,
    ignore: Deno.build.os === "windows",
    async fn() {
      const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
      const server = await ServerProcess.start({
        args: ["--record", directory],
        permissions: recordPermissions(directory),
      });
      using client = await RawClient.publish(server.port, "demo");
      const sent = videoTags(20);
      client.sendTags(sent);
      const recording = await server.line(/is recorded to/);
      await until("all frames", async () => {
        const response = await fetch(`${server.http}/api/v1/streams/live/demo`);
        return (await response.json()).ledger.tags.videoFrames === 20;
      });

      server.kill(signal);
      for (let i = 1; i < times; i++) {
        // `deno task` and `npx` pass a Ctrl-C on that the terminal has sent to the server already.
        await client.status("NetConnection.Connect.AppShutdown");
        server.kill(signal);
      }
      assertEquals((await client.status("NetConnection.Connect.AppShutdown")).level, "error");
      await client.closed();
      client[Symbol.dispose]();
      assertEquals((await server.ended()).code, 0);
      const file = recording.split("is recorded to ")[1]!;
      assertEquals(mediaOf(tagsOf(await Deno.readFile(file))), mediaOf(sent));
      assert(server.lines.some((line) => line.endsWith(`${file} is complete`)));
      assert(server.lines.some((line) => /live\/demo has ended.*ledger balanced/.test(line)));
      await Deno.remove(directory, { recursive: true });
    },
  });
}

Deno.test({
  name: "SIGINT ends the program properly when a player takes nothing",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using server = await ServerProcess.start();
    using publisher = await RawClient.publish(server.port, "demo");
    using player = await RawClient.open(server.port);
    player.command("createStream", 2, null);
    player.send(writeCommand(STREAM_ID, "play", 0, null, "demo"));
    await player.status("NetStream.Play.Start");
    player.deafen();

    publisher.send(setChunkSize(65_536));
    // More than the two systems keep between them, so that a write of the server never ends.
    publisher.sendTags(Array.from({ length: 240 }, (_, i) => videoTag(i, 60_000)));
    await until("tags that wait for the player", async () => {
      const response = await fetch(`${server.http}/api/v1/streams/live/demo`);
      const { ledger } = await response.json();
      return ledger.tags.videoFrames === 240 && ledger.consumers[0].inFlight.videoFrames > 0;
    });
    server.kill("SIGINT");
    await publisher.closed();
    publisher[Symbol.dispose]();
    assertEquals((await server.ended()).code, 0);
  },
});

Deno.test("--stream-key and --app refuse other publishers, with the reason", async () => {
  await using server = await ServerProcess.start({
    args: ["--app", "live"],
    env: { SLUICE_STREAM_KEY: "secret" },
    permissions: ["--allow-env=SLUICE_STREAM_KEY"],
  });
  const strangers: [app: string, name: string, reason: RegExp][] = [
    ["live", "demo", /key/],
    ["live", "demo?key=guess", /key/],
    ["other", "demo?key=secret", /app other/],
    ["api", "demo?key=secret", /app api/],
  ];
  for (const [app, name, reason] of strangers) {
    using client = await RawClient.open(server.port, app);
    client.askToPublish(name);
    assertMatch((await client.status("NetStream.Publish.Denied")).description, reason);
    await client.closed();
  }
  using _client = await RawClient.publish(server.port, "demo?key=secret");
  await server.line(/live\/demo is published/);
  assertEquals(server.lines.filter((line) => line.includes("secret")), []);
});
