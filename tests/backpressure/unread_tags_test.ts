/**
 * Socket → decoder → `publication.tags`: an application that does not read stops the publisher.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { LARGEST_READ } from "../../src/net/tcp_socket.ts";
import { total } from "../../src/ledger/media_sums.ts";
import type { PublicationLedger } from "../../src/ledger/publication_ledger.ts";
import { serveOnLoopback } from "../support/publications.ts";
import { until } from "../support/wait.ts";
import { videoTag } from "../support/media.ts";
import { Flood, FRAME, FRAMES, Gate } from "./flood.ts";

/** A server that reads no tag before its gate is opened, and counts them then. */
function idleServer() {
  const gate = new Gate();
  const seen = { frames: 0, bytes: 0 };
  const server = serveOnLoopback({}, async (publication) => {
    await gate.passed;
    for await (const { data } of publication.tags) {
      seen.frames++;
      seen.bytes += data.length;
    }
  });
  const ledger = (): Promise<PublicationLedger> =>
    until("a publication", () => [...server.ledger.current][0]);
  return {
    ...{ server, gate, seen, ledger },
    port: server.addr.port,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("tags that are not read hold the publisher back, with one of them taken", async () => {
  await using app = idleServer();
  const { server, port, gate, seen, ledger: find } = app;
  using flood = await Flood.begin(port);
  const ledger = await find();
  const { bytes: before } = ledger.connection;
  flood.send(FRAMES);
  await flood.held(ledger.connection);
  assertEquals([ledger.received.videoFrames, ledger.inFlight.videoFrames], [1, 1]);
  assertEquals([ledger.tags.videoFrames, ledger.balance()], [0, 0]);
  const taken = ledger.connection.bytes - before;
  assert(taken > FRAME && taken < FRAME + LARGEST_READ, `${taken} bytes`);

  gate.open();
  flood.end();
  await until("the end", () => !server.ledger.current.has(ledger));
  assertEquals(seen, { frames: FRAMES, bytes: FRAMES * FRAME });
  assertEquals([total(ledger.inFlight), server.ledger.balance()], [0, 0]);
});

Deno.test("small tags that are not read wait as the bytes that they came in", async () => {
  await using app = idleServer();
  const { server, port, gate, seen, ledger: find } = app;
  using flood = await Flood.begin(port);
  const ledger = await find();
  const { bytes: before } = ledger.connection;
  const frames = Array.from({ length: 1000 }, (_, i) => videoTag(i, 100));
  const rounds = 200;
  for (let i = 0; i < rounds; i++) flood.client.sendTags(frames);
  await flood.held(ledger.connection);
  assertEquals([ledger.received.videoFrames, ledger.inFlight.videoFrames], [1, 1]);
  const taken = ledger.connection.bytes - before;
  assert(taken <= LARGEST_READ, `${taken} bytes`);

  gate.open();
  flood.end();
  await until("the end", () => !server.ledger.current.has(ledger));
  assertEquals(seen.frames, rounds * frames.length);
  assertEquals(server.ledger.balance(), 0);
});
