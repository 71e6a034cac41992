import { assert, assertEquals } from "@std/assert";
import { recordingDirectory } from "../../support/api.ts";
import { RawHttpClient, startHttpApp } from "../../support/http.ts";
import { videoTag } from "../../support/media.ts";
import { metricsUntil, readMetrics } from "../../support/prometheus.ts";
import { RawClient } from "../../support/raw_client.ts";
import { recordPermissions, ServerProcess } from "../../support/server.ts";
import { until } from "../../support/wait.ts";

const NOT_ON_WINDOWS = { ignore: Deno.build.os === "windows" };

Deno.test({
  ...NOT_ON_WINDOWS,
  name: "a flood over HTTP takes no descriptor that RTMP or a recording needs, and HTTP comes back",
  async fn() {
    await using directory = await recordingDirectory();
    await using server = await ServerProcess.start({
      shell: "ulimit -n 256",
      args: ["--record", directory.path],
      permissions: recordPermissions(directory.path),
    });
    const httpPort = Number(server.http.split(":").at(-1));
    using before = await RawClient.publish(server.port, "before");
    before.sendTags([videoTag(0)]);
    await server.line(/live\/before is recorded/);

    const flood: RawHttpClient[] = [];
    for (let i = 0; i < 400; i++) flood.push(await RawHttpClient.connect(httpPort));
    await server.line(/HTTP connections refused/);
    before.sendTags([videoTag(1)]);
    for (let i = 0; i < 10; i++) {
      using during = await RawClient.publish(server.port, `during${i}`);
      during.sendTags([videoTag(0)]);
      await server.line(new RegExp(`live/during${i} is recorded`));
    }
    // Those who ask for nothing make way for those who ask for something.
    const response = await fetch(`${server.http}/readyz`);
    assertEquals([response.status, (await response.json()).status], [200, "ready"]);
    assert(flood.some(({ closed }) => closed));
    const metrics = await readMetrics(server.http);
    assert(metrics.get("sluice_http_connections") > 100);
    assertEquals(
      metrics.get("sluice_rtmp_connections_refused_total", { reason: "failed-accept" }),
      0,
    );

    for (const client of flood) client[Symbol.dispose]();
    await metricsUntil(
      server.http,
      "HTTP to come back",
      (metrics) => metrics.get("sluice_http_connections") < 10,
    );
    before.sendTags([videoTag(2)]);
    before.command("FCUnpublish", 4, null, "before");
    await server.line(/live\/before has ended.*Received 3 video.*ledger balanced/);
    assertEquals(server.lines.filter((line) => line.includes("os error 24")), []);
  },
});

Deno.test({
  ...NOT_ON_WINDOWS,
  name: "HTTP gives descriptors back when those who watch have taken them all",
  async fn() {
    await using server = await ServerProcess.start({ shell: "ulimit -n 128" });
    const httpPort = Number(server.http.split(":").at(-1));
    using publisher = await RawClient.publish(server.port, "demo");
    // Those that are served are not idle, and RTMP takes what HTTP has left to it.
    const viewers: RawHttpClient[] = [];
    for (let i = 0; i < 100; i++) {
      const viewer = await RawHttpClient.connect(httpPort);
      viewer.request("GET /live/none.flv?wait=3600");
      viewers.push(viewer);
    }
    const players: RawClient[] = [];
    for (let i = 0; i < 70; i++) players.push(await RawClient.open(server.port));
    await until("a viewer to go", () => viewers.some(({ closed }) => closed));
    using late = await RawClient.publish(server.port, "late");
    late.sendTags([videoTag(0)]);
    await server.line(/live\/late is published/);
    assertEquals(publisher.ended, false);
    for (const client of [...viewers, ...players]) client[Symbol.dispose]();
  },
});

Deno.test("a client that asks makes one go that does not, when there are too many", async () => {
  await using http = await startHttpApp("--max-http-connections", "3");
  using first = await RawHttpClient.connect(http.httpPort);
  using second = await RawHttpClient.connect(http.httpPort);
  using viewer = await RawHttpClient.connect(http.httpPort);
  viewer.request("GET /live/demo.flv?wait=60");
  await until("all three", () => http.app.http!.sockets.open.length === 3);
  using next = await RawHttpClient.connect(http.httpPort);
  await until("the oldest to go", () => first.closed);
  next.request("GET /live/demo.flv?wait=60");
  using another = await RawHttpClient.connect(http.httpPort);
  await until("the next to go", () => second.closed);
  another.request("GET /live/demo.flv?wait=60");
  await until("all places to be taken", () => {
    return http.app.http!.sockets.open.every(({ requests }) => requests > 0);
  });
  using tooMany = await RawHttpClient.connect(http.httpPort);
  await until("the last to be turned away", () => tooMany.closed);
  assertEquals([viewer.closed, next.closed, another.closed], [false, false, false]);
  assertEquals(http.app.http!.sockets.refused, { "made-room": 2, "too-many": 1 });
});
