/**
 * Secrets from variables: a server that was to have one never starts without it.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { collect } from "../../support/publications.ts";
import { RawClient } from "../../support/raw_client.ts";
import { runServer, ServerProcess } from "../../support/server.ts";
import { videoTags } from "../../support/media.ts";
import { until } from "../../support/wait.ts";

const VARIABLES = {
  "--stream-key": "SLUICE_STREAM_KEY",
  "--api-token": "SLUICE_API_TOKEN",
  "--push": "SLUICE_PUSH",
  "--pull": "SLUICE_PULL",
  "--pull-always": "SLUICE_PULL_ALWAYS",
};

const MAIN = new URL("../../../src/server/main.ts", import.meta.url).pathname;

/** What a warning says of variables that may hold a secret. */
const WARNING = / WRN .*SLUICE_/;

/** States of a variable that a flag asks for: its text, what Deno permits, and what is said of it. */
const MISSING: [
  state: string,
  flag: keyof typeof VARIABLES,
  text: string | undefined,
  permissions: string[],
  why: RegExp,
][] = [
  ["unset", "--stream-key", undefined, ["--allow-env"], /it is not set$/],
  ["unset", "--api-token", undefined, ["--allow-env=SLUICE_API_TOKEN"], /it is not set$/],
  ["unset", "--push", undefined, ["--allow-env=SLUICE_PUSH"], /it is not set$/],
  ["unset", "--pull-always", undefined, ["--allow-env"], /it is not set$/],
  ["empty", "--stream-key", "", ["--allow-env"], /it is empty$/],
  ["empty", "--pull", " \n", ["--allow-env"], /it is empty$/],
  ["not permitted", "--stream-key", "x", [], /`deno run .*--allow-env=SLUICE_STREAM_KEY src/],
  ["not permitted", "--push", "x", ["--allow-env=SLUICE_PULL"], /--allow-env=SLUICE_PUSH src/],
  [
    "forbidden",
    "--api-token",
    "x",
    ["--allow-env", "--deny-env=SLUICE_API_TOKEN"],
    /--allow-env=SLUICE_API_TOKEN src/,
  ],
];

for (const [state, flag, text, permissions, why] of MISSING) {
  const variable = VARIABLES[flag];
  Deno.test(`${flag} env does not start when ${variable} is ${state}`, async () => {
    const { code, stdout, stderr } = await runServer(
      ["--port", "0", "--http-port", "off", flag, "env"],
      ["--allow-net", ...permissions],
      text === undefined ? {} : { [variable]: text },
    );
    assertEquals([code, stdout, stderr.split("\n").length], [2, "", 2]);
    assertMatch(stderr.trim(), RegExp(`^${flag} env cannot .*${variable}: `));
    assertMatch(stderr.trim(), why);
  });
}

Deno.test("--stream-key env and --api-token env are what the variables say", async () => {
  await using server = await ServerProcess.start({
    args: ["--stream-key", "env", "--api-token=env"],
    env: { SLUICE_STREAM_KEY: "s3cret", SLUICE_API_TOKEN: "t0ken" },
    permissions: ["--allow-env=SLUICE_STREAM_KEY,SLUICE_API_TOKEN"],
  });
  using stranger = await RawClient.open(server.port);
  stranger.askToPublish("demo?key=env");
  await stranger.status("NetStream.Publish.Denied");
  using _client = await RawClient.publish(server.port, "demo?key=s3cret");
  const check = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${server.http}/api/v1/token`, { method: "POST", headers });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals([await check("env"), await check("t0ken")], [401, 204]);
});

Deno.test("one warning names the variables that were not read, and the permission", async () => {
  await using server = await ServerProcess.start({ env: { SLUICE_STREAM_KEY: "secret" } });
  const warnings = server.lines.filter((line) => / WRN /.test(line));
  assertEquals(warnings.length, 1, warnings.join("\n"));
  for (const variable of Object.values(VARIABLES)) assert(warnings[0]!.includes(variable));
  assertMatch(warnings[0]!, /--allow-env=SLUICE_STREAM_KEY,SLUICE_API_TOKEN,/);
  assert(
    server.lines.some((line) => line.endsWith("Anyone may publish: there is no --stream-key")),
  );
});

Deno.test("the warning names no variable whose flag was given, or that was read", async () => {
  await using server = await ServerProcess.start({
    args: ["--stream-key", "k", "--push", "live/demo=rtmp://127.0.0.1:1/a/b"],
    permissions: ["--allow-env=SLUICE_PULL,SLUICE_PULL_ALWAYS"],
  });
  const warnings = server.lines.filter((line) => WARNING.test(line));
  assertEquals(warnings.map((line) => line.match(/SLUICE_\w+/g)!.sort()), [
    ["SLUICE_API_TOKEN", "SLUICE_API_TOKEN"],
  ]);
});

Deno.test("a server on loopback warns of none of these variables", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--allow-net", MAIN],
      ...["--host", "127.0.0.1", "--port", "0", "--http-port", "off"],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let text = "";
  let interrupted = false;
  for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (interrupted || !/were not read/.test(text)) continue;
    interrupted = true;
    child.kill("SIGINT");
  }
  assertEquals((await child.status).code, 0);
  assertMatch(text, / INF SLUICE_STREAM_KEY, SLUICE_PUSH, .* were not read/);
  assertEquals(/ WRN |SLUICE_API_TOKEN/.test(text), false, text);
});

Deno.test("that relays could not be read is no warning: the server is not open for that", async () => {
  await using server = await ServerProcess.start({
    args: ["--stream-key", "k", "--api-token", "t"],
  });
  assertEquals(server.lines.filter((line) => WARNING.test(line)), []);
  await server.line(/ INF SLUICE_PUSH, SLUICE_PULL, SLUICE_PULL_ALWAYS were not read/);
});

Deno.test("there is no warning where everything could be read", async () => {
  await using server = await ServerProcess.start({ permissions: ["--allow-env"] });
  assertEquals(server.lines.filter((line) => WARNING.test(line)), []);
  assert(
    server.lines.some((line) => line.endsWith("Anyone may publish: there is no --stream-key")),
  );
});

Deno.test("SLUICE_PUSH holds pushes with space of any kind between them, and a flag adds one", async () => {
  await using target = collect();
  const url = (name: string) => `live/demo=rtmp://127.0.0.1:${target.port}/app/${name}`;
  await using server = await ServerProcess.start({
    args: ["--push", "env", "--push", url("c")],
    env: { SLUICE_PUSH: `\n  ${url("a")}\r\n\t${url("b")}  \n` },
    permissions: ["--allow-env=SLUICE_PUSH"],
  });
  using client = await RawClient.publish(server.port, "demo");
  client.sendTags(videoTags(5));
  const { pushes } = await (await fetch(`${server.http}/api/v1/pushes`)).json();
  assertEquals(pushes.length, 3);
  await until("all three", () => target.received.length === 3);
  const paths = target.received.map(({ publication }) => publication.path);
  assertEquals(paths.sort(), ["app/a", "app/b", "app/c"]);
});

Deno.test("a variable that makes no sense is named, and what is in it is not shown", async () => {
  const env = { SLUICE_PULL: "live/demo=rtmp://h/a/SECRET live/demo rtmp://h/a/SECRET" };
  const { code, stderr } = await runServer([], ["--allow-net", "--allow-env=SLUICE_PULL"], env);
  assertEquals([code, stderr], [2, "SLUICE_PULL must be as live/demo=rtmp://host/app/name\n"]);
});
