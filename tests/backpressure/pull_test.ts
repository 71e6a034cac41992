/**
 * Another server → pull → channel: what is brought in and not taken stops the server it comes from.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { LOSSLESS_QUEUE_BYTES } from "../../src/channel/tag_outlet.ts";
import { TAG_OVERHEAD } from "../../src/channel/counted_tag.ts";
import { setChunkSize } from "../../src/message/control.ts";
import { startHttpApp } from "../support/http.ts";
import { largeTag, mediaMessage } from "../support/media.ts";
import { ScriptedServer } from "../support/scripted_server.ts";
import { stopped, until } from "../support/wait.ts";
import { httpViewer } from "./far_sides.ts";
import { FRAME, FRAMES } from "./flood.ts";

/** Bytes that a frame takes up in a queue. */
const QUEUED = FRAME + TAG_OVERHEAD;

Deno.test("a stream that is pulled and not taken stops its server, and then comes whole", async () => {
  let sent = 0;
  await using origin = new ScriptedServer(async (end, number) => {
    // The pull is on demand: it may ask again when the stream has ended.
    if (number > 1) return;
    await end.begun("play");
    await end.send(setChunkSize(65_536));
    for (; sent < FRAMES; sent++) await end.send(mediaMessage(largeTag(sent)));
    await end.status("NetStream.Play.Stop");
    await end.goodbye();
  });
  await using http = await startHttpApp(
    "--allow-lossless-viewers",
    ...["--pull", `live/demo=${origin.url()}`],
  );
  await using far = await httpViewer(http, "?mode=lossless");
  const consumer = await http.consumer("http-flv");
  const { ledger } = http.app.rtmp.publications[0]!;
  await until("a full queue", () => consumer.inFlight.videoFrames > 0);
  await stopped("the server to be held back", () => sent + ledger.connection.messages);
  assert(sent < FRAMES, `${sent} frames were sent`);
  const waiting = consumer.inFlight.videoFrames * QUEUED;
  assert(waiting >= LOSSLESS_QUEUE_BYTES && waiting < LOSSLESS_QUEUE_BYTES + QUEUED);
  assertEquals([consumer.balance(), ledger.balance()], [0, 0]);

  assertEquals(await far.takeAll(), FRAMES);
  await http.idle();
  assertEquals([consumer.delivered.videoFrames, consumer.dropped], [FRAMES, {}]);
});
