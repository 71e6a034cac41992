/**
 * What callers and peers write is as long as it pleases them, and may speak to a terminal: what is sent
 * on, logged and thrown of it is bounded and stands in one line.
 *
 * @module
 */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { playRtmp } from "../../src/client/play.ts";
import { publishRtmp } from "../../src/client/publish.ts";
import { RtmpCommandError } from "../../src/errors.ts";
import type { Publication } from "../../src/publication/publication.ts";
import { collect, serveOnLoopback } from "../support/publications.ts";
import { ScriptedServer } from "../support/scripted_server.ts";
import { within } from "../support/wait.ts";

const LONG = "x".repeat(1_000_000);

/** A line break, a color, a turn of direction, and a control of 8 bits. */
const HOSTILE = "no\r\n\x1b[31mred\u202e\x9b";
const ESCAPED = "no\\u000d\\u000a\\u001b[31mred\\u202e\\u009b";

const TEXTS: [what: string, text: string, heard: string][] = [
  ["of a million characters", LONG, `${"x".repeat(1023)}…`],
  ["with controls", HOSTILE, ESCAPED],
];

for (const [what, text, heard] of TEXTS) {
  for (const connect of [publishRtmp, playRtmp]) {
    Deno.test(`${connect.name}() rejects with the text of a refusal ${what}, cut and escaped`, async () => {
      const refuse = () => ({ code: text, description: text });
      const server = serveOnLoopback({ authorize: refuse }, () => {});
      const url = `rtmp://127.0.0.1:${server.addr.port}/live/demo`;
      const error = await assertRejects(() => connect(url), RtmpCommandError);
      assertEquals(error.read, heard);
      assert(error.statusCode!.length <= 128 && error.statusCode!.startsWith(heard.slice(0, 20)));
      await server.shutdown();
    });
  }

  Deno.test(`Publication.close() with a text ${what} reaches publishRtmp() cut and escaped`, async () => {
    const ends: string[] = [];
    const server = serveOnLoopback({}, async (publication: Publication) => {
      publication.close(text);
      ends.push((await publication.closed).description);
    });
    const publisher = await publishRtmp(`rtmp://127.0.0.1:${server.addr.port}/live/demo`);
    const error = await assertRejects(
      () => within("the end", publisher.closed),
      RtmpCommandError,
    );
    assertEquals([error.read, ...ends], [heard, heard]);
    await server.shutdown();
  });

  Deno.test(`an operator ends a connection with a reason ${what}`, async () => {
    await using collecting = collect();
    const { server, port } = collecting;
    const publisher = await publishRtmp(`rtmp://127.0.0.1:${port}/live/demo`);
    await collecting.publication(0);
    await server.connections[0]!.end(text);
    const error = await assertRejects(
      () => within("the end", publisher.closed),
      RtmpCommandError,
    );
    assertEquals(error.read, heard);
  });
}

Deno.test("publishRtmp() keeps a bounded line of what a server refuses it with", async () => {
  const text = HOSTILE + LONG.slice(0, 20_000);
  await using server = new ScriptedServer(async (end) => {
    await end.created();
    await end.command("publish");
    await end.status(`${text}.Denied`, "error", text);
    await end.goodbye();
  });
  const error = await assertRejects(() => publishRtmp(server.url()), RtmpCommandError);
  for (const kept of [error.read!, error.statusCode!]) {
    assert(kept.startsWith(ESCAPED), kept.slice(0, 100));
    assert(kept.length < 2_000, `${kept.length} characters`);
  }
  assert(error.message.length < 5_000, `${error.message.length} characters`);
});

Deno.test("reasons that are no text are a TypeError at the caller", async () => {
  await using collecting = collect();
  const { server, port } = collecting;
  const publisher = await publishRtmp(`rtmp://127.0.0.1:${port}/live/demo`);
  const { publication } = await collecting.publication(0);
  for (const reason of [null, 5, Symbol("reason"), { description: "no" }] as unknown as string[]) {
    assertThrows(() => publication.close(reason), TypeError, "reason");
    await assertRejects(() => server.connections[0]!.end(reason), TypeError, "reason");
    assertThrows(() => server.requestReconnect(reason), TypeError, "description");
  }
  // Nothing has ended by them.
  await publisher.close();
  assertEquals((await publication.closed).reason, "unpublished");
});
