/**
 * The program on a terminal, where Deno stops a program that needs a permission and asks for it.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { recordingDirectory } from "../../support/api.ts";
import { freePort } from "../../support/free_port.ts";
import { videoTags } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { TERMINAL, Terminal } from "../../support/terminal.ts";
import { toolTest } from "../../support/tools.ts";
import { until } from "../../support/wait.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

const MAIN = `${ROOT}src/server/main.ts`;

/** What Deno writes when it asks. */
const QUESTION = /Allow\?|\[y\/n/;

/** What a newcomer and their browser ask for first. */
const PATHS = [
  "",
  "page/main.js",
  "healthz",
  "readyz",
  "metrics",
  "api/v1/server",
  "nothing.flv?wait=0",
];

/** Waits until it listens, uses it, and presses Ctrl-C. */
async function useAndInterrupt(terminal: Terminal): Promise<void> {
  const [, base] = await terminal.see(/Watch (http:\/\/[^/\s]+)/);
  for (const path of PATHS) await (await fetch(`${base}/${path}`)).body?.cancel();
  await terminal.interrupt();
  assertEquals(await terminal.ended(), 0, terminal.text);
  assertEquals(QUESTION.test(terminal.text), false, terminal.text);
}

const LOOPBACK = ["--host", "127.0.0.1", "--port", "0", "--http-port", "0"];

await toolTest(
  [TERMINAL],
  "the program starts without a question on a terminal, and ends on Ctrl-C",
  async () => {
    await using terminal = Terminal.start(Deno.execPath(), [
      ...["run", "--allow-net", MAIN, "--port", "0", "--http-port", "0"],
    ]);
    await useAndInterrupt(terminal);
  },
);

await toolTest(
  [TERMINAL],
  "`deno task start` starts without a question on a terminal, and ends on Ctrl-C",
  async () => {
    const options = { cwd: ROOT };
    await using terminal = Terminal.start(Deno.execPath(), ["task", "start", ...LOOPBACK], options);
    await useAndInterrupt(terminal);
  },
);

await toolTest(
  [TERMINAL],
  "a server that may only listen starts without a question, and ends on Ctrl-C",
  async () => {
    const [port, httpPort] = [freePort(), freePort()];
    const net = `--allow-net=127.0.0.1:${port},127.0.0.1:${httpPort}`;
    const flags = ["--host", "127.0.0.1", "--port", `${port}`, "--http-port", `${httpPort}`];
    await using terminal = Terminal.start(Deno.execPath(), ["run", net, MAIN, ...flags]);
    await useAndInterrupt(terminal);
  },
);

await toolTest([TERMINAL], "a recording and the API ask for nothing while it runs", async () => {
  await using directory = await recordingDirectory();
  const [port, httpPort] = [freePort(), freePort()];
  await using terminal = Terminal.start(Deno.execPath(), [
    ...["run", `--allow-net=127.0.0.1:${port},127.0.0.1:${httpPort}`],
    // Not to read it, nor to connect to anything.
    ...[`--allow-write=${directory.path}`, MAIN, "--record", directory.path],
    ...["--host", "127.0.0.1", "--port", `${port}`, "--http-port", `${httpPort}`],
  ]);
  const [, base] = await terminal.see(/Watch (http:\/\/[^/\s]+)/);
  using client = await RawClient.publish(port, "demo");
  client.sendTags(videoTags(20));
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ stream: "live/demo", url: "rtmp://example.com/app/added" });
  const refused = await fetch(`${base}/api/v1/pushes`, { method: "POST", headers, body });
  assertEquals(refused.status, 409);
  assertMatch((await refused.json()).error, /example\.com.*--allow-net/);
  await until("the frames", async () => {
    const { ledger } = await (await fetch(`${base}/api/v1/streams/live/demo`)).json();
    return ledger.tags.videoFrames === 20;
  });
  client.command("FCUnpublish", 4, null, "demo");
  await terminal.see(/The recording .* is complete/);
  await useAndInterrupt(terminal);
});

/** What is not permitted is one sentence that says what to do, instead of a question. */
const MISSING: [what: string, permissions: string[], flags: string[], sentence: RegExp][] = [
  ["to listen", [], [], /listen for RTMP on .*: .* `deno run --allow-net src\/server\/main\.ts …`/],
  [
    "to listen for HTTP",
    ["--allow-net=127.0.0.1:0"],
    ["--http-host", "0.0.0.0"],
    /listen for HTTP on 0\.0\.0\.0:0: .* `deno run --allow-net src/,
  ],
  [
    "to record",
    ["--allow-net"],
    ["--record", "somewhere"],
    /record into somewhere: .* `deno run --allow-net --allow-read=somewhere --allow-write=somewhere src/,
  ],
  [
    "to record on demand",
    ["--allow-net", "--allow-read=some where"],
    ["--record-on-demand", "some where"],
    /record into some where: .* `deno run --allow-net '--allow-read=some where' '--allow-write=some where' src/,
  ],
  [
    "to write",
    ["--allow-net"],
    ["--output", "demo.flv"],
    /write to demo\.flv: .* `deno run --allow-net --allow-write=demo\.flv src/,
  ],
  [
    "to read a certificate, nor to record",
    ["--allow-net"],
    ["--rtmps-port", "0", "--tls-cert", "c.pem", "--tls-key", "k.pem", "--record", "rec"],
    /read c\.pem: .* `deno run --allow-net --allow-read=c\.pem,k\.pem,rec --allow-write=rec src/,
  ],
  [
    "to read the variable that it is to read",
    ["--allow-net"],
    ["--stream-key", "env"],
    /SLUICE_STREAM_KEY: .* `deno run --allow-net --allow-env=SLUICE_STREAM_KEY src/,
  ],
];

for (const [what, permissions, flags, sentence] of MISSING) {
  await toolTest(
    [TERMINAL],
    `without the permission ${what} it says so and asks nothing`,
    async () => {
      const args = ["run", ...permissions, MAIN, ...LOOPBACK, ...flags];
      await using terminal = Terminal.start(Deno.execPath(), args);
      assertEquals(await terminal.ended() > 0, true);
      assertMatch(terminal.text, sentence);
      assertEquals(QUESTION.test(terminal.text), false, terminal.text);
    },
  );
}
