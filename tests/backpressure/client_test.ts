/**
 * `publishRtmp` → a server that stops reading, and goes on. The same for `playRtmp` and a reader that
 * stops is in tests/client/play_test.ts.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { publishRtmp } from "../../src/client/publish.ts";
import { isMedia } from "../../src/message/message.ts";
import { largeTag, videoTag } from "../support/media.ts";
import { ScriptedServer } from "../support/scripted_server.ts";
import { stopped, until } from "../support/wait.ts";
import { FRAME, FRAMES, Gate } from "./flood.ts";

/** A tag that does not leave in a write of its own. */
const SMALL = videoTag(0, 4096);

for (
  const [what, tag, count] of [
    ["large", largeTag, FRAMES],
    ["small", (index: number) => ({ ...SMALL, timestamp: 40 * index }), FRAMES * FRAME / 4096],
  ] as const
) {
  Deno.test(`publishRtmp() takes no more ${what} tags when its server stops reading, and loses none`, async () => {
    const gate = new Gate();
    const times: number[] = [];
    await using server = new ScriptedServer(async (end) => {
      await end.begun("publish");
      await gate.passed;
      await end.goodbye();
      times.push(...end.seen.filter(isMedia).map(({ timestamp }) => timestamp));
    });
    const { writable, closed } = await publishRtmp(server.url());
    const writer = writable.getWriter();
    let written = 0;
    const writing = (async () => {
      for (; written < count; written++) await writer.write(tag(written));
    })();
    await stopped("the writes to stop", () => written);
    assert(written > 0 && written < count, `${written} of ${count} were written`);

    gate.open();
    await writing;
    await writer.close();
    await closed;
    await until("the server to have read it", () => times.length > 0);
    assertEquals(times, Array.from({ length: count }, (_, i) => 40 * i));
  });
}
