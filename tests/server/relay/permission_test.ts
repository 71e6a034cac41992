/**
 * Relays to addresses that Deno does not permit, on a terminal, where Deno would stop everything and
 * ask.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { callApi } from "../../support/api.ts";
import { freePort } from "../../support/free_port.ts";
import { videoTags } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { TERMINAL, Terminal } from "../../support/terminal.ts";
import { toolTest } from "../../support/tools.ts";
import { until } from "../../support/wait.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

/** What Deno writes when it asks. */
const QUESTION = /Allow\?|\[y\/n/;

/** Where Deno does not permit to connect, by name and by either kind of address. */
const FORBIDDEN = ["127.0.0.1:9", "localhost:9", "[::1]:9"];

await toolTest([TERMINAL], "a relay to where Deno does not permit is no question", async () => {
  const [port, httpPort] = [freePort(), freePort()];
  const net = `--allow-net=127.0.0.1:${port},127.0.0.1:${httpPort}`;
  await using terminal = Terminal.start(Deno.execPath(), [
    ...["run", net, `${ROOT}src/server/main.ts`, "--host", "127.0.0.1", "--port", `${port}`],
    ...["--http-port", `${httpPort}`, "--push", "live/demo=rtmp://127.0.0.1:9/app/name"],
    ...["--pull-always", "live/other=rtmps://localhost:9/app/name"],
  ]);
  const [, base] = await terminal.see(/Watch (http:\/\/[^/\s]+)/);
  using encoder = await RawClient.publish(port, "demo");
  encoder.sendTags(videoTags(30));
  for (const [what, host] of [["pull live/other", "localhost"], ["push live/demo", "127.0.0.1"]]) {
    await terminal.see(new RegExp(`Cannot ${what}.*without --allow-net=${host}:9`));
  }
  for (const scheme of ["rtmp", "rtmps"]) {
    for (const host of FORBIDDEN) {
      const push = { stream: "live/demo", url: `${scheme}://${host}/app/secret` };
      const { status, body } = await callApi(base!, "POST", "pushes", push);
      assertEquals(status, 409);
      assertStringIncludes(body.error, `without --allow-net=${host}`);
    }
  }
  const { body: { pushes: [push, ...others] } } = await callApi(base!, "GET", "pushes");
  assertEquals([push.state, push.failures, others], ["retrying", 1, []]);
  assertStringIncludes(push.lastError, "--allow-net=127.0.0.1:9");
  assertEquals((await callApi(base!, "GET", "streams/live/demo")).status, 200);
  await terminal.interrupt();
  assertEquals(await terminal.ended(), 0, terminal.text);
  assertEquals(QUESTION.test(terminal.text), false, terminal.text);
});

await toolTest([TERMINAL], "a client of the library is no question either", async () => {
  const program = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(
    program,
    `import { playRtmp, publishRtmp } from "${ROOT}mod.ts";
    for (const host of ${JSON.stringify(FORBIDDEN)}) {
      for (const connect of [playRtmp, publishRtmp]) {
        const error = await connect(\`rtmp://\${host}/live/demo\`).catch((error) => error);
        console.log(error instanceof Deno.errors.NotCapable, error.message);
      }
    }
    console.log("the end");`,
  );
  const args = ["run", "--config", `${ROOT}deno.json`, "--allow-net=127.0.0.1:1", program];
  await using terminal = Terminal.start(Deno.execPath(), args);
  await terminal.see(/the end/);
  for (const host of FORBIDDEN) {
    assertStringIncludes(
      terminal.text,
      `true Cannot connect to ${host}: Deno does not permit it without --allow-net=${host}`,
    );
  }
  await until("the program to end", () => terminal.ended().then(() => true));
  assertEquals(QUESTION.test(terminal.text), false, terminal.text);
  await Deno.remove(program);
});
