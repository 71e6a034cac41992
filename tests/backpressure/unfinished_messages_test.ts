/**
 * Many sockets → decoders: what all of them leave unfinished has a bound, too.
 *
 * @module
 */

import { assertEquals, assertFalse, assertMatch } from "@std/assert";
import { setChunkSize } from "../../src/message/control.ts";
import { MessageEncoder } from "../../src/message/message_encoder.ts";
import { captureLog } from "../support/log.ts";
import { LARGE, mediaMessage, videoTag } from "../support/media.ts";
import { collect } from "../support/publications.ts";
import { RawClient } from "../support/raw_client.ts";
import { until } from "../support/wait.ts";

const MEBIBYTE = 1024 * 1024;

/** The beginning of a message that is 2 MiB long. */
const UNFINISHED = new MessageEncoder()
  .encode(mediaMessage({ ...videoTag(0), data: new Uint8Array(2 * MEBIBYTE) }))
  .subarray(0, 1.5 * MEBIBYTE);

Deno.test("of connections that leave too much unfinished together, the one with the most goes", async () => {
  await using log = await captureLog();
  await using app = collect({ maxTotalPartialBytes: 4 * MEBIBYTE });
  using honest = await RawClient.publish(app.port, "honest");
  honest.sendTags([videoTag(0)]);
  // A part of a frame, as every publisher leaves one at nearly any time.
  const frame = new MessageEncoder().encode(mediaMessage(videoTag(1, 50_000)));
  honest.write(frame.subarray(0, 40_000));
  using greedy = await RawClient.publish(app.port, "greedy");
  greedy.send(setChunkSize(16 * MEBIBYTE));
  // One chunk that does not end: it waits as a chunk, and not yet as a part of its message.
  const large = mediaMessage({ ...videoTag(0), data: new Uint8Array(8 * MEBIBYTE) });
  const encoder = new MessageEncoder({ chunkSize: 16 * MEBIBYTE });
  greedy.write(encoder.encode(large).subarray(0, 3 * MEBIBYTE));
  const { publication: greedily } = await app.publication(1);
  await until("all of it", () => greedily.ledger.connection.bytes > 3 * MEBIBYTE);

  using other = await RawClient.publish(app.port, "other");
  other.write(UNFINISHED);
  const { description } = await greedy.status("NetConnection.Connect.Closed");
  assertMatch(description, /too many unfinished messages/);
  await greedy.closed();
  greedy[Symbol.dispose]();
  await until("its end", () => app.server.ledger.cutConnections === 1);
  assertMatch(log.lines("warning").join("\n"), /RtmpLimitError: .*of all connections/);

  // The others go on, and there is room for more again.
  honest.write(frame.subarray(40_000));
  const { publication, tags } = await app.publication(0);
  await until("the frame", () => tags.length === 2);
  assertEquals(tags[1], videoTag(1, 50_000));
  assertEquals(publication.ledger.connection.discarded, {});
  assertFalse(other.ended);
  using newcomer = await RawClient.publish(app.port, "newcomer");
  newcomer.sendTags([{ ...videoTag(0), data: LARGE }]);
  await until("its frame", () => app.received.at(-1)!.tags.length === 1);
  assertEquals([app.server.ledger.balance(), app.server.ledger.cutConnections], [0, 1]);
});
