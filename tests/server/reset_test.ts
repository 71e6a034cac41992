import { assertEquals } from "@std/assert";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { captureConsole } from "../support/console.ts";
import { captureLog } from "../support/log.ts";
import { videoTag } from "../support/media.ts";
import { collect, serveOnLoopback } from "../support/publications.ts";
import { RawClient } from "../support/raw_client.ts";
import { ServerProcess } from "../support/server.ts";
import { until } from "../support/wait.ts";

/** Connects to a port so many times, and resets each connection at once. */
const RESETTER = `
  import { connect } from "node:net";
  const [port, count] = Deno.args.map(Number);
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(socket.resetAndDestroy()));
    });
  }
`;

Deno.test("a handler that is slow gets every whole tag of a connection that was reset", async () => {
  const tags: FlvTag[] = [];
  const gate = Promise.withResolvers<void>();
  await using server = serveOnLoopback({}, async (publication) => {
    await gate.promise;
    for await (const tag of publication.tags) tags.push(tag);
  });
  const sent = Array.from({ length: 40 }, (_, i) => videoTag(i, 1000));
  const client = await RawClient.publish(server.addr.port, "demo");
  client.sendTags(sent);
  await client.flushed();
  client.reset();
  gate.resolve();
  await until("the end of the publication", () => server.ledger.current.size === 0);
  assertEquals(tags, sent);
  assertEquals(server.ledger.balance(), 0);
});

const ACCEPT_ERRORS: [what: string, onAcceptError?: () => unknown][] = [
  [""],
  [", though onAcceptError throws", () => {
    throw new Error("broken callback");
  }],
  [", though onAcceptError rejects", () => Promise.reject(new Error("broken callback"))],
];

for (const [what, onAcceptError] of ACCEPT_ERRORS) {
  Deno.test(`connections that are reset before they are accepted do not end the server${what}`, async () => {
    using printed = captureConsole();
    await using log = await captureLog();
    let calls = 0;
    const counted = () => {
      calls++;
      return onAcceptError!();
    };
    await using app = collect(onAcceptError ? { onAcceptError: counted } : {});
    // The event loop stands still while they come and go.
    const { success } = new Deno.Command(Deno.execPath(), {
      args: ["eval", RESETTER, String(app.port), "5"],
    }).outputSync();
    assertEquals(success, true);
    using client = await RawClient.publish(app.port, "demo");
    client.sendTags([videoTag(0)]);
    const { tags } = await app.publication(0);
    await until("a tag", () => tags.length === 1);
    const { failedAccepts, failedHandshakes, emptyConnections } = app.server.ledger;
    assertEquals([failedAccepts, failedHandshakes, emptyConnections], [0, 0, 5]);
    assertEquals(log.lines("warning"), []);
    const complaints = printed.lines.filter((line) => line.startsWith("onAcceptError failed:"));
    assertEquals(complaints.length, calls);
  });
}

Deno.test({
  name: "a lack of file descriptors passes, and the server goes on",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using server = await ServerProcess.start({ shell: "ulimit -n 64" });
    const clients: RawClient[] = [];
    for (let i = 0; i < 80; i++) clients.push(await RawClient.connect(server.port));
    // Those that ask for nothing make way, for each other and for a publisher.
    await until("some to be closed", () => clients.some(({ ended }) => ended));
    using client = await RawClient.publish(server.port, "demo");
    client.sendTags([videoTag(0)]);
    client.command("FCUnpublish", 4, null, "demo");
    await server.line(/live\/demo has ended.*Received 1 video.*ledger balanced/);
    for (const client of clients) client[Symbol.dispose]();
  },
});
