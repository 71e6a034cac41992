import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import denoJson from "../../deno.json" with { type: "json" };
import { writeCommand } from "../../src/message/command.ts";
import { setChunkSize } from "../../src/message/control.ts";
import { mediaOf, tagsOf, videoTag, videoTags } from "../support/media.ts";
import { RawClient, STREAM_ID } from "../support/raw_client.ts";
import { recordPermissions, runServer, ServerProcess } from "../support/server.ts";
import { until } from "../support/wait.ts";

/** Ports that need not be free: the program ends before it listens. */
const SOMEWHERE = ["--host", "127.0.0.1", "--port", "0", "--http-port", "off"];

const REFUSED: [what: string, args: string[], permissions: string[], sentence: RegExp][] = [
  ["an unknown flag", ["--nonsense"], ["--allow-net"], /--nonsense.*see --help/],
  ["a stray word", ["nonsense"], ["--allow-net"], /nonsense.*see --help/],
  ["a flag without its value", ["--port"], ["--allow-net"], /--port/],
  ["a port that is none", ["--port", "70000"], ["--allow-net"], /--port.*0 to 65535.*70000/],
  ["a chunk size of 0", ["--chunk-size", "0"], ["--allow-net"], /--chunk-size.*from 1 to/],
  ["an empty key", ["--stream-key", ""], ["--allow-net"], /--stream-key must not be empty/],
  ["an unknown level", ["--log-level", "loud"], ["--allow-net"], /--log-level.*debug.*loud/],
  ["no permission to listen", SOMEWHERE, [], /RTMP.*--allow-net/],
  [
    "no permission to record",
    [...SOMEWHERE, "--record", "somewhere"],
    ["--allow-net"],
    /record into somewhere.*--allow-read=somewhere --allow-write=somewhere/,
  ],
  [
    "a directory that cannot be one",
    [...SOMEWHERE, "--record", `${import.meta.filename}/recordings`],
    ["--allow-net", "--allow-read", "--allow-write"],
    /record into .*recordings: Not a directory/,
  ],
];

for (const [what, args, permissions, sentence] of REFUSED) {
  Deno.test(`the program refuses ${what} in one sentence, with exit code 1`, async () => {
    const { code, stdout, stderr } = await runServer(args, permissions);
    assertMatch(stderr, sentence);
    assertEquals({ code, stdout, lines: stderr.split("\n").length }, {
      code: 1,
      stdout: "",
      lines: 2,
    });
  });
}

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
  for (const flag of ["--port", "--record", "--stream-key"]) {
    assertStringIncludes(help.stdout, flag);
  }
});

/** What a person or a service manager does, and how often at once. */
const ENDINGS: [Deno.Signal, number][] = [["SIGINT", 1], ["SIGINT", 2], ["SIGTERM", 1]];

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
        await new Promise((resolve) => setTimeout(resolve, 20));
        server.kill(signal);
      }
      assertEquals((await client.status("NetConnection.Connect.AppShutdown")).level, "error");
      await client.closed();
      client[Symbol.dispose]();
      assertEquals((await server.ended()).code, 0);
      const file = recording.split("is recorded to ")[1]!;
      assertEquals(mediaOf(tagsOf(await Deno.readFile(file))), mediaOf(sent));
      assert(server.lines.some((line) => line.endsWith(`${file} is complete`)));
      assert(server.lines.some((line) => /live\/demo has ended.*The books balance/.test(line)));
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

Deno.test("--stream-key and --app keep strangers out, and the publisher hears why", async () => {
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

Deno.test("a server without a key says so, and that it cannot have seen the variable", async () => {
  await using server = await ServerProcess.start({ env: { SLUICE_STREAM_KEY: "secret" } });
  await server.line(/Anybody may publish.*SLUICE_STREAM_KEY.*--allow-env=SLUICE_STREAM_KEY/);
});

Deno.test("a server without a key that was free to look says no more than that", async () => {
  await using server = await ServerProcess.start({
    permissions: ["--allow-env=SLUICE_STREAM_KEY"],
  });
  await server.line(/Anybody may publish: there is no --stream-key$/);
});
