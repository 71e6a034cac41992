/**
 * Publishers that go on sending after the server has said its last word.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { TcpSocket } from "../../src/net/tcp_socket.ts";
import { videoTag } from "../support/media.ts";
import { serveOnLoopback } from "../support/publications.ts";
import { RawClient } from "../support/raw_client.ts";
import { PATIENCE, until } from "../support/wait.ts";

/** A connection that the test accepts, and its far side. */
async function pair(): Promise<{ near: Deno.Conn; far: Deno.TcpConn }> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const far = await Deno.connect({ hostname: "127.0.0.1", port });
  return { near: await listener.accept(), far };
}

/** Sends until that fails. */
async function flood(conn: Deno.Conn): Promise<void> {
  const bytes = new Uint8Array(1000);
  try {
    while (true) await conn.write(bytes);
  } catch {
    // The far side has closed.
  } finally {
    conn.close();
  }
}

Deno.test("linger() stays only a while with a peer that goes on sending", async () => {
  const { near, far } = await pair();
  const flooding = flood(far);
  // A test that waits for the first of them waits for longer than this test may take.
  await new TcpSocket(near).linger(10 * PATIENCE, 50);
  await flooding;
});

Deno.test("linger() waits for a peer that has stopped sending, and reads what it sent", async () => {
  const { near, far } = await pair();
  await far.write(new Uint8Array(100_000));
  const closing = new TcpSocket(near).linger(10 * PATIENCE, 0);
  assertEquals(await far.read(new Uint8Array(1)), null);
  far.close();
  await closing;
});

Deno.test("a publisher that floods receives why it is refused, and is not waited for", async () => {
  await using server = serveOnLoopback({ authorize: () => ({ description: "No" }) }, () => {});
  using client = await RawClient.open(server.addr.port);
  client.askToPublish("demo");
  await until("the end of the connection", () => {
    client.sendTags([videoTag(0, 10_000)]);
    return server.connections.length === 0;
  });
  assertEquals(client.statuses.map(({ code }) => code), ["NetStream.Publish.Denied"]);
});

Deno.test("a publisher that is ended and reads late receives the reason all the same", async () => {
  await using server = serveOnLoopback(
    {},
    (publication) => publication.tags.pipeTo(new WritableStream()),
  );
  using client = await RawClient.publish(server.addr.port, "demo");
  client.deafen();
  server.publications[0]!.close("An operator has ended this publication");
  await until("the server to have closed", () => {
    client.sendTags([videoTag(0, 10_000)]);
    return server.connections.length === 0;
  });
  client.hearAgain();
  const { description } = await client.status("NetStream.Failed");
  assertEquals(description, "An operator has ended this publication");
});
