/**
 * `RtmpServer.publish`: what comes by another way than RTMP.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { RtmpCommandError, RtmpTimeoutError } from "../../src/errors.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import type { Publication } from "../../src/publication/publication.ts";
import { videoTag } from "../support/media.ts";
import { publishRequest, serveOnLoopback } from "../support/publications.ts";

const REQUEST = publishRequest();

/** Tags that come when they are told to, and what they are cancelled for. */
class Source {
  readonly tags: ReadableStream<FlvTag>;
  readonly cancelled: Promise<unknown>;
  controller!: ReadableStreamDefaultController<FlvTag>;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.cancelled = promise;
    this.tags = new ReadableStream({
      start: (controller) => void (this.controller = controller),
      cancel: (reason) => resolve(reason),
    });
  }
}

const readAll = ({ tags }: Publication) => tags.pipeTo(new WritableStream());

Deno.test("RtmpServer.publish() hands on the tags of a source to its end", async () => {
  const received: FlvTag[] = [];
  await using server = serveOnLoopback({}, async ({ tags }) => {
    received.push(...await Array.fromAsync(tags));
  });
  const { tags, controller } = new Source();
  controller.enqueue(videoTag(0));
  controller.enqueue(videoTag(1));
  controller.close();
  assertEquals((await server.publish(REQUEST, tags)).reason, "unpublished");
  await server.shutdown();
  assertEquals(received, [videoTag(0), videoTag(1)]);
});

Deno.test("RtmpServer.publish() cancels the source of what is refused", async () => {
  const authorize = () => ({ description: "Not today" });
  await using server = serveOnLoopback({ authorize }, readAll);
  const { tags, cancelled } = new Source();
  await assertRejects(() => server.publish(REQUEST, tags), RtmpCommandError, "Not today");
  assertEquals(await cancelled, "Not today");
});

Deno.test("RtmpServer.publish() cancels a source from which nothing comes in time", async () => {
  await using server = serveOnLoopback({ timeout: 20 }, readAll);
  const { tags, cancelled } = new Source();
  const { reason, error } = await server.publish(REQUEST, tags);
  assertEquals(reason, "failed");
  assert(error instanceof RtmpTimeoutError);
  assertEquals(await cancelled, error);
  assertEquals(server.ledger.publications, 0);
});

Deno.test("RtmpServer.publish() begins nothing when the server has ended meanwhile", async () => {
  const server = serveOnLoopback({}, readAll);
  const { tags, cancelled } = new Source();
  const published = server.publish(REQUEST, tags);
  await server.shutdown();
  const description = "The server is shutting down";
  assertEquals(await published, { reason: "closed", description });
  assertEquals(await cancelled, description);
  assertEquals(server.ledger.publications, 0);
});
