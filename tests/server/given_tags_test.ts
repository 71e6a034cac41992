/**
 * Tags that an application gives to be sent: their data in every form, or an error that says why not.
 *
 * @module
 */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { playRtmp } from "../../src/client/play.ts";
import { publishRtmp } from "../../src/client/publish.ts";
import type { RtmpCommandError } from "../../src/errors.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import type { RtmpServer, ServeRtmpOptions } from "../../src/serve/serve.ts";
import { videoTag } from "../support/media.ts";
import { collect, publishRequest, serveOnLoopback } from "../support/publications.ts";
import { readAll } from "../support/streams.ts";
import { within } from "../support/wait.ts";

const TAG = videoTag(0);

/** The same tag with its data in other forms. */
const FORMS: FlvTag[] = [
  new Uint8Array(TAG.data).buffer,
  new DataView(new Uint8Array(TAG.data).buffer),
  new Uint16Array(new Uint8Array(TAG.data).buffer),
].map((data) => ({ ...TAG, data }) as unknown as FlvTag);

const NO_TAG = { ...TAG, data: "frame" } as unknown as FlvTag;

const urlOf = ({ addr }: RtmpServer) => `rtmp://127.0.0.1:${addr.port}/live/demo`;

Deno.test("publishRtmp() sends tags whose data is no Uint8Array", async () => {
  await using app = collect();
  const { writable } = await publishRtmp(urlOf(app.server));
  await ReadableStream.from(FORMS).pipeTo(writable);
  assertEquals((await app.publication(0)).tags, FORMS.map(() => TAG));
});

Deno.test("publishRtmp() fails at what is no tag, and says why", async () => {
  await using app = collect();
  const { writable, closed } = await publishRtmp(urlOf(app.server));
  const sending = ReadableStream.from([TAG, NO_TAG]).pipeTo(writable);
  await assertRejects(() => sending, TypeError, "given a string");
  await assertRejects(() => closed, TypeError, "given a string");
});

Deno.test("RtmpServer.publish() takes tags whose data is no Uint8Array", async () => {
  await using app = collect();
  const end = await app.server.publish(publishRequest(), ReadableStream.from(FORMS));
  assertEquals(end.reason, "unpublished");
  assertEquals((await app.publication(0)).tags, FORMS.map(() => TAG));
});

Deno.test("RtmpServer.publish() ends at what is no tag, with the reason", async () => {
  await using app = collect();
  const tags = ReadableStream.from([TAG, NO_TAG]);
  const { error } = await app.server.publish(publishRequest(), tags);
  assertEquals((error as Error).name, "TypeError");
  assertEquals((await app.publication(0)).tags, [TAG]);
});

Deno.test("RtmpServer.publish() does not wait for a reader when the handler waits for metadata", async () => {
  const read: FlvTag[] = [];
  await using server = serveOnLoopback({}, async ({ metadata, tags }) => {
    assertEquals(await metadata, undefined);
    for await (const tag of tags) read.push(tag);
  });
  const tags = ReadableStream.from([videoTag(0), videoTag(1)]);
  await within("the publication", server.publish(publishRequest(), tags));
  await server.shutdown();
  assertEquals(read, [videoTag(0), videoTag(1)]);
});

/** What plays tags, once. */
function playing(tags: FlvTag[]): NonNullable<ServeRtmpOptions["play"]> {
  return () => ({ tags: ReadableStream.from(tags), pause() {}, receive() {} });
}

Deno.test("a player gets tags whose data is no Uint8Array", async () => {
  await using server = serveOnLoopback({ play: playing(FORMS) }, () => {});
  const { readable } = await playRtmp(urlOf(server));
  assertEquals(await Array.fromAsync(readable), FORMS.map(() => TAG));
});

Deno.test("a player and the application are notified when a source gives no tag", async () => {
  const errors: unknown[] = [];
  const options = { play: playing([TAG, NO_TAG]), onError: (error: unknown) => errors.push(error) };
  await using server = serveOnLoopback(options, () => {});
  const { readable } = await playRtmp(urlOf(server));
  await assertRejects(() => Array.fromAsync(readable));
  assertEquals(errors.map((error) => (error as Error).name), ["TypeError"]);
});

/** What no message can carry, and what the application hears of it. */
const UNPLAYABLE: [what: string, tag: unknown, words: string][] = [
  ["nothing", null, "a tag of type undefined"],
  ["a time that is a bigint", { ...TAG, timestamp: 5n }, "timestamp"],
  [
    "more bytes than a message holds",
    { ...TAG, data: new Uint8Array(2 ** 24) },
    "limit 16777215",
  ],
];

for (const [what, tag, words] of UNPLAYABLE) {
  Deno.test(`a player of ${what} keeps the tags before it, and the application is called with the error`, async () => {
    const errors: unknown[] = [];
    const play = playing([TAG, tag as FlvTag]);
    const onError = (error: unknown) => errors.push(error);
    await using server = serveOnLoopback({ play, onError }, () => {});
    const { readable } = await playRtmp(urlOf(server));
    const { items, error } = await readAll(readable);
    assertEquals(items, [TAG]);
    assertEquals((error as RtmpCommandError).statusCode, "NetStream.Play.Failed");
    assertStringIncludes(String(errors), words);
  });
}
