/**
 * The same over TLS: what is not taken waits in the queues of the server, not in those of TLS.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Channel } from "../../src/channel/channel.ts";
import { LIVE_QUEUE_BYTES } from "../../src/channel/tag_outlet.ts";
import { TAG_OVERHEAD } from "../../src/channel/counted_tag.ts";
import { LARGEST_READ } from "../../src/net/tcp_socket.ts";
import { playRtmp } from "../../src/client/play.ts";
import { publishRtmp } from "../../src/client/publish.ts";
import { makeCertificate } from "../support/certificate.ts";
import { largeTag } from "../support/media.ts";
import { serveOnLoopback } from "../support/publications.ts";
import { toolTest } from "../support/tools.ts";
import { stopped, until } from "../support/wait.ts";
import { FRAME, FRAMES, Gate } from "./flood.ts";

/** Bytes that a frame takes up in a queue. */
const QUEUED = FRAME + TAG_OVERHEAD;

await toolTest(["openssl"], "by TLS, tags that are not read hold the publisher back", async () => {
  const gate = new Gate();
  let read = 0;
  const { cert, key } = await makeCertificate();
  await using server = serveOnLoopback({ tls: { port: 0, cert, key } }, async ({ tags }) => {
    await gate.passed;
    for await (const _ of tags) read++;
  });
  const url = `rtmps://127.0.0.1:${server.tlsAddr!.port}/live/demo`;
  const { writable, closed } = await publishRtmp(url, { caCerts: [cert] });
  const ledger = await until("a publication", () => [...server.ledger.current][0]);
  const { bytes: before } = ledger.connection;
  let written = 0;
  const writing = (async () => {
    const writer = writable.getWriter();
    for (; written < FRAMES; written++) await writer.write(largeTag(written));
    await writer.close();
  })();
  await stopped("the publisher to be held back", () => written + ledger.connection.bytes);
  assert(written < FRAMES, `${written} frames were written`);
  assertEquals([ledger.received.videoFrames, ledger.inFlight.videoFrames], [1, 1]);
  const taken = ledger.connection.bytes - before;
  assert(taken < FRAME + LARGEST_READ, `${taken} bytes`);

  gate.open();
  await writing;
  await closed;
  await until("the last frame", () => read === FRAMES);
  assertEquals(server.ledger.balance(), 0);
});

await toolTest(
  ["openssl"],
  "by TLS, a player that takes nothing costs a bounded queue",
  async () => {
    const channel = new Channel();
    const { cert, key } = await makeCertificate();
    await using server = serveOnLoopback({
      tls: { port: 0, cert, key },
      play: (_, filter) => channel.subscribe({ kind: "rtmp-play", mode: "live", filter }),
    }, ({ tags, ledger }) => channel.run(tags, ledger));
    const url = `rtmps://127.0.0.1:${server.tlsAddr!.port}/live/demo`;
    const player = await playRtmp(url, { caCerts: [cert] });
    const publisher = await publishRtmp(`rtmp://127.0.0.1:${server.addr.port}/live/demo`);
    const ledger = await until("a publication", () => [...server.ledger.current][0]);
    const consumer = await until("a player", () => ledger.consumers[0]);
    const writer = publisher.writable.getWriter();
    let sent = 0;
    let most = 0;
    while (!consumer.dropped["slow-subscriber"]) {
      await writer.write(largeTag(sent++));
      await until("the frame to be taken", () => ledger.received.videoFrames === sent);
      most = Math.max(most, consumer.inFlight.videoFrames);
      assertEquals(ledger.balance(), 0);
    }
    assert(most * QUEUED <= LIVE_QUEUE_BYTES + QUEUED, `${most} frames waited`);

    const playing = Array.fromAsync(player.readable);
    await writer.write(largeTag(sent++));
    await writer.close();
    const played = await playing;
    const { videoFrames: delivered } = consumer.delivered;
    assertEquals(played.length, delivered);
    assertEquals(delivered + consumer.dropped["slow-subscriber"].videoFrames, sent);
    assertEquals(server.ledger.balance(), 0);
  },
);
