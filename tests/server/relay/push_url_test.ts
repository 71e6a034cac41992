/**
 * Which app and stream name a push asks the other server for.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { startApiApp } from "../../support/api.ts";
import { videoTags } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { ScriptedServer } from "../../support/scripted_server.ts";
import { until } from "../../support/wait.ts";

Deno.test("POST pushes takes app and name byte for byte, from the URL or beside it", async () => {
  const table: [path: string, beside: { app?: string; name?: string }, ...asked: string[]][] = [
    ["app?token=1/stream", {}, "app?token=1", "stream"],
    ["app/s?sig=a/b+c==", {}, "app", "s?sig=a/b+c=="],
    ["live-js/?streamname=x&key=1", {}, "live-js", "?streamname=x&key=1"],
    ["", { app: "a/b/c?t=/", name: "x?y=/z" }, "a/b/c?t=/", "x?y=/z"],
    ["app/inst/stream", { app: "app", name: "inst/stream" }, "app", "inst/stream"],
    ["app", { name: "stream" }, "app", "stream"],
  ];
  const asked: unknown[] = [];
  await using there = new ScriptedServer(async (end) => {
    const { app } = await end.connected();
    await end.answer("createStream", 1);
    const { args: [name] } = await end.command("publish");
    asked.push([app, name]);
    await end.status("NetStream.Publish.Start");
    await end.goodbye();
  });
  await using api = await startApiApp();
  using publisher = await RawClient.publish(api.port, "demo");
  publisher.sendTags(videoTags(10));
  for (const [i, [path, beside, ...expected]] of table.entries()) {
    const url = `rtmp://127.0.0.1:${there.port}/${path}`;
    const push = { stream: "live/demo", url, ...beside };
    const { status, body } = await api.call("POST", "pushes", push);
    assertEquals(status, 201);
    await until("the push", () => asked.length > i);
    assertEquals(asked[i], expected, path);
    assertEquals((await api.call("DELETE", `pushes/${body.id}`)).status, 204);
  }
});

Deno.test("POST pushes refuses an app and a name that are no text, or are missing", async () => {
  await using api = await startApiApp();
  const push = { stream: "live/demo", url: "rtmp://127.0.0.1:1/app" };
  for (
    const [beside, why] of [
      [{ app: 5 }, /the body must be like/],
      [{ name: null }, /the body must be like/],
      [{}, /it names no stream/],
      [{ app: "", name: "x" }, /it names no application/],
    ] as const
  ) {
    const { status, body } = await api.call("POST", "pushes", { ...push, ...beside });
    assertEquals(status, 400);
    assertMatch(body.error, why);
  }
});
