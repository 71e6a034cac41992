/**
 * A server that is shut down waits for nothing of the application but its handlers: no timer is left,
 * which the sanitizers of Deno see, and what is answered later is given up.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { playRtmp } from "../../src/client/play.ts";
import { publishRtmp } from "../../src/client/publish.ts";
import { RtmpCommandError, RtmpError } from "../../src/errors.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import type { Authorization, RtmpServer, ServeRtmpOptions } from "../../src/serve/serve.ts";
import type { PublishedStream } from "../../src/serve/published_stream.ts";
import type { PlaySource } from "../../src/session/server/player.ts";
import { audioTag } from "../channel/broadcast.ts";
import { serveOnLoopback } from "../support/publications.ts";
import { until, within } from "../support/wait.ts";

const urlOf = ({ addr }: RtmpServer) => `rtmp://127.0.0.1:${addr.port}/live/demo`;

for (const during of ["authorize", "play"] as const) {
  Deno.test(`a server that is shut down does not wait for ${during}, and gives up its answer`, async () => {
    const errors: unknown[] = [];
    const released: string[] = [];
    let isAsked = false;
    const answer = Promise.withResolvers<unknown>();
    const ask = () => {
      isAsked = true;
      return answer.promise;
    };
    const options: ServeRtmpOptions = {
      authorize: () => true,
      [during]: ask,
      onRelease: ({ kind }) => released.push(kind),
      onError: (error) => errors.push(error),
    };
    const server = serveOnLoopback(options, () => {});
    const connect = during === "play" ? playRtmp : publishRtmp;
    const refused = assertRejects(() => connect(urlOf(server)), RtmpError);
    await until("the question", () => isAsked);
    await within("the shutdown", server.shutdown());
    await refused;
    const cancelled = Promise.withResolvers<void>();
    const tags = new ReadableStream<FlvTag>({ cancel: () => cancelled.resolve() });
    const late: Authorization | PlaySource = during === "authorize"
      ? true
      : { tags, pause() {}, receive() {} };
    answer.resolve(late);
    if (during === "play") await within("the tags to be cancelled", cancelled.promise);
    await until("the release", () => released.length > 0);
    assertEquals(released, [during === "play" ? "play" : "publish"]);
    assertEquals(errors, []);
  });
}

Deno.test("a server that is shut down does not wait for the first tag of a publication", async () => {
  const released: string[] = [];
  const cancelled: unknown[] = [];
  const server = serveOnLoopback({
    authorize: () => true,
    onRelease: ({ path }) => released.push(path),
  }, () => {});
  let isRead = false;
  const silent = new ReadableStream<FlvTag>({
    pull: () => void (isRead = true),
    cancel: (reason) => void cancelled.push(reason),
  }, { highWaterMark: 0 });
  const publishing = server.publish({ app: "live", name: "demo" }, silent);
  await until("the first read", () => isRead);
  await server.shutdown();
  const description = "The server is shutting down";
  assertEquals(await within("the end", publishing), { reason: "closed", description });
  assertEquals([released, cancelled], [["live/demo"], [description]]);
});

Deno.test("RtmpServer.publish() needs no more than app and name", async () => {
  const seen: unknown[] = [];
  const server = serveOnLoopback({
    authorize({ kind, path, params }) {
      seen.push(kind, path, params.get("key"));
      return true;
    },
  }, async (publication) => {
    seen.push(publication.params.size, publication.remoteAddr, publication.flashVer);
    for await (const tag of publication.tags) seen.push(tag);
  });
  const tags = ReadableStream.from([audioTag(0)]);
  const { reason } = await server.publish({ app: "live", name: "demo" }, tags);
  await server.shutdown();
  assertEquals(reason, "unpublished");
  assertEquals(seen, ["publish", "live/demo", null, 0, "", "", audioTag(0)]);
});

Deno.test("RtmpServer.publish() throws a TypeError for what is no request and no stream", async () => {
  let isAsked = false;
  const server = serveOnLoopback({
    authorize: () => isAsked = true,
  }, () => {});
  const request = { app: "live", name: "demo" };
  const tags = () => ReadableStream.from([audioTag(0)]);
  const wrong: unknown[] = [null, "live/demo", {}, { app: "live" }, { ...request, name: 5 }];
  wrong.push({ ...request, params: { key: "x" } }, { ...request, remoteAddr: null });
  for (const value of wrong) {
    await assertRejects(() => server.publish(value as PublishedStream, tags()), TypeError);
  }
  for (const value of [null, [audioTag(0)], (function* () {})()]) {
    const stream = value as unknown as ReadableStream<FlvTag>;
    await assertRejects(() => server.publish(request, stream), TypeError, "ReadableStream");
  }
  const locked = tags();
  locked.getReader();
  await assertRejects(() => server.publish(request, locked), TypeError, "reader already");
  assertEquals(isAsked, false);
  await server.shutdown();
  await assertRejects(() => server.publish(request, tags()), RtmpCommandError, "shutting down");
});
