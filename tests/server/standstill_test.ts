/**
 * A server that has stood still for longer than its peers may be silent: a suspended machine, a
 * stopped container, a breakpoint.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { atIntervals } from "../../src/time/at_intervals.ts";
import { videoTag } from "../support/media.ts";
import { RawClient } from "../support/raw_client.ts";
import { ServerProcess } from "../support/server.ts";
import { until } from "../support/wait.ts";

Deno.test("atIntervals() leaves out a check that comes late, and goes on with the next", async () => {
  const checks: number[] = [];
  const stop = atIntervals(50, () => checks.push(performance.now()));
  await until("a check", () => checks.length > 0);
  const stoodStill = performance.now();
  while (performance.now() - stoodStill < 1_200);
  const wentOn = performance.now();
  const { length } = checks;
  await until("the next check", () => checks.length > length);
  stop();
  assert(checks[length]! - wentOn >= 45, `a check after ${checks[length]! - wentOn} ms`);
});

Deno.test({
  name: "peers that went on while the server stood still are not cut",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using server = await ServerProcess.start({ args: ["--timeout", "1"] });
    using publisher = await RawClient.publish(server.port, "demo");
    let sent = 0;
    const sending = setInterval(() => publisher.sendTags([videoTag(sent++)]), 20);
    const viewer = await fetch(`${server.http}/live/demo.flv`);
    server.kill("SIGSTOP");
    // Longer than the timeout and a check: nothing can be seen of a process that is stopped.
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    server.kill("SIGCONT");
    const before = sent;
    await until("frames that were sent afterwards", async () => {
      const { streams } = await (await fetch(`${server.http}/api/v1/streams`)).json();
      return streams[0]?.ledger.tags.videoFrames > before + 100;
    });
    clearInterval(sending);
    assert(!publisher.ended);
    publisher.command("FCUnpublish", 4, null, "demo");
    await server.line(/has ended: The publisher ended it/);
    assert((await viewer.bytes()).length > sent * 300);
    assertEquals(
      server.lines.filter((line) => / WRN /.test(line) && /disconnected/.test(line)),
      [],
    );
  },
});
