import { assert, assertEquals, assertMatch, assertObjectMatch, assertRejects } from "@std/assert";
import { writeCommand } from "../../../src/message/command.ts";
import type { ConnectionDescription } from "../../../src/server/streams/peer_registry.ts";
import { type ApiApp, startApiApp } from "../../support/api.ts";
import { flvBytes } from "../../support/http.ts";
import { captureLog } from "../../support/log.ts";
import { videoTags } from "../../support/media.ts";
import { RawClient, STREAM_ID } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";

const REASON = "An operator has ended this connection";

async function connections(api: ApiApp): Promise<ConnectionDescription[]> {
  return (await api.call("GET", "connections")).body.connections;
}

/** Waits for the connection of which this is so. */
function connection(api: ApiApp, is: (one: ConnectionDescription) => boolean) {
  return until("a connection", async () => (await connections(api)).find(is));
}

async function play(api: ApiApp): Promise<RawClient> {
  const player = await RawClient.open(api.port);
  player.command("createStream", 2, null);
  player.send(writeCommand(STREAM_ID, "play", 0, null, "demo"));
  await player.status("NetStream.Play.Start");
  return player;
}

/** What everybody does while a stream is published, and how they see that they are sent away. */
const VIEWERS: Record<string, (api: ApiApp) => Promise<{ gone: () => Promise<unknown> }>> = {
  async "rtmp"(api) {
    const player = await play(api);
    return {
      async gone() {
        const { level, description } = await player.status("NetConnection.Connect.Closed");
        assertEquals([level, description], ["error", REASON]);
        await player.closed();
        player[Symbol.dispose]();
      },
    };
  },
  async "http-flv"(api) {
    const response = await fetch(`${api.url}/live/demo.flv`);
    return { gone: () => assertRejects(() => response.bytes()) };
  },
  async "ws-flv"(api) {
    const socket = new WebSocket(`${api.url.replace("http", "ws")}/live/demo.flv`);
    const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
    await new Promise((resolve) => socket.onmessage = resolve);
    return {
      async gone() {
        const { code, reason } = await closed;
        assertEquals([code, reason], [1008, REASON]);
      },
    };
  },
};

for (const [protocol, watch] of Object.entries(VIEWERS)) {
  Deno.test(`a viewer over ${protocol} is listed, and can be disconnected while others watch on`, async () => {
    await using log = await captureLog();
    await using api = await startApiApp();
    using client = await RawClient.publish(api.port, "demo");
    client.sendTags(videoTags(3));
    const other = await fetch(`${api.url}/live/demo.flv`);
    const { id: stays } = await connection(api, ({ plays }) => plays.length === 1);
    const { gone } = await watch(api);
    const viewer = await connection(api, ({ id, plays }) => plays.length > 0 && id !== stays);
    const { ledger, publisher } = (await api.call("GET", "streams/live/demo")).body;
    const kind = protocol === "rtmp" ? "rtmp-play" : protocol;
    const books = ledger.consumers.findLast((one: { kind: string }) => one.kind === kind);
    assertObjectMatch(viewer, { protocol, publishes: [], plays: [{ path: "live/demo" }] });
    assertEquals(viewer.plays[0]!.id, books.id);
    assertMatch(viewer.address, /^127\.0\.0\.1:\d+$/);
    assert(viewer.bytesReceived > 0 && viewer.bytesSent > 600, JSON.stringify(viewer));
    const publishing = await connection(api, ({ publishes }) => publishes.length === 1);
    assertEquals(publishing.id, publisher.connection);
    assertEquals(publishing.publishes, [{ path: "live/demo", id: publisher.id }]);
    assertEquals((await api.call("GET", `connections/${viewer.id}`)).status, 200);

    assertEquals((await api.call("DELETE", `connections/${viewer.id}`)).status, 204);
    await gone();
    await until("it to be gone", async () => (await connections(api)).length === 2);
    assertEquals((await api.call("DELETE", `connections/${viewer.id}`)).status, 404);
    assertEquals((await api.call("GET", `connections/${viewer.id}`)).status, 404);
    const after = (await api.call("GET", "streams/live/demo")).body.ledger;
    assertEquals(
      after.departed.map(({ kind, kicked }: { kind: string; kicked: number }) => [
        kind,
        kicked,
      ]),
      [[kind, 1]],
    );
    assertEquals([after.balance, api.app.rtmp.ledger.kicked], [0, 1]);
    const record = log.records.find(({ message }) => message.join("").includes("disconnected"));
    assertEquals(record?.properties.connection, viewer.id);
    assertMatch(record?.message.join("") ?? "", /\) is disconnected: An operator has.*from 127/);

    client.command("FCUnpublish", 4, null, "demo");
    await other.bytes();
    await api.idle();
    assert(
      log.lines("info").some((line) => line.includes(`${kind} (1 disconnected by an operator): `)),
    );
  });
}

Deno.test("a publisher over RTMP that is disconnected receives the reason, and the log has it", async () => {
  await using log = await captureLog();
  await using api = await startApiApp();
  using client = await RawClient.publish(api.port, "demo");
  client.sendTags(videoTags(3));
  const { id } = await connection(api, ({ publishes }) => publishes.length > 0);
  assertEquals((await api.call("DELETE", `connections/${id}`)).status, 204);
  const { description } = await client.status("NetConnection.Connect.Closed");
  assertEquals(description, REASON);
  await client.closed();
  client[Symbol.dispose]();
  await api.idle();
  await until("the connection to be gone", async () => (await connections(api)).length === 0);
  assert(log.lines("info").some((line) => line.startsWith(`live/demo has ended: ${REASON}.`)));
  const lines = log.records.filter(({ category }) => category[1] === "rtmp");
  const ids = new Set(lines.map(({ properties }) => properties.connection));
  assertEquals(ids, new Set([id]));
});

Deno.test("a publisher over HTTP that is disconnected is answered with the reason", async () => {
  await using api = await startApiApp();
  const bytes = flvBytes(videoTags(3));
  const body = new ReadableStream({ start: (controller) => controller.enqueue(bytes) });
  const publishing = fetch(`${api.url}/live/demo.flv`, { method: "PUT", body });
  const { id, protocol } = await connection(api, ({ publishes }) => publishes.length > 0);
  assertEquals(protocol, "http-flv");
  const { publisher } = (await api.call("GET", "streams/live/demo")).body;
  assertEquals(publisher.connection, id);
  assertEquals((await api.call("DELETE", `connections/${id}`)).status, 204);
  const response = await publishing;
  assertEquals([response.status, await response.json()], [409, { error: `Conflict: ${REASON}` }]);
  await api.idle();
});

Deno.test("connections that only wait are listed, and can be ended", async () => {
  await using api = await startApiApp();
  using silent = await RawClient.connect(api.port);
  const waiting = assertRejects(() => fetch(`${api.url}/live/none.flv`));
  const viewer = await connection(api, ({ protocol }) => protocol === "http-flv");
  const peer = await connection(api, ({ protocol }) => protocol === "rtmp");
  assertObjectMatch(viewer, { publishes: [], plays: [{ path: "live/none" }] });
  assertObjectMatch(peer, { publishes: [], plays: [], bytesReceived: 0 });
  for (const { id } of [viewer, peer]) {
    assertEquals((await api.call("DELETE", `connections/${id}`)).status, 204);
  }
  await waiting;
  await silent.closed();
  await until("both to be gone", async () => (await connections(api)).length === 0);
});

Deno.test("a stream that was refused to a player is not in the list", async () => {
  await using api = await startApiApp("--app", "live");
  using player = await RawClient.open(api.port, "other");
  player.command("createStream", 2, null);
  player.send(writeCommand(STREAM_ID, "play", 0, null, "demo"));
  await player.closed();
  player[Symbol.dispose]();
  await until("it to be gone", async () => (await connections(api)).length === 0);
});
