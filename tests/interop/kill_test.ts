import { assert, assertEquals, assertRejects } from "@std/assert";
import { playRtmp } from "../../src/client/play.ts";
import { chunkBytes } from "../support/chunk_bytes.ts";
import { filled } from "../support/bytes.ts";
import { type HttpApp, startHttpApp } from "../support/http.ts";
import { captureLog } from "../support/log.ts";
import { repeat } from "../support/long.ts";
import { videoTag, videoTags } from "../support/media.ts";
import { memoryInUse } from "../support/memory.ts";
import { collect } from "../support/publications.ts";
import { RawClient } from "../support/raw_client.ts";
import { until, within } from "../support/wait.ts";

/**
 * How often everybody is killed, and on how many streams at once: for longer than the server keeps
 * anything of a stream that has ended.
 */
const ROUNDS = repeat(9, 20);
const STREAMS = 4;

/** What is sent on each stream: so much that the memory shows if something holds on to it. */
const FRAMES = 100;
const FRAME_SIZE = 40_000;

/** Bytes by which memory may grow after the first round: half of the last group of each stream. */
const GROWTH = (ROUNDS - 1) * STREAMS * 25 * FRAME_SIZE / 2;

Deno.test("nothing is left of publishers, players and push targets that are killed", async () => {
  await using log = await captureLog();
  const http = await startHttpApp();
  const count = (pattern: RegExp) =>
    log.lines("debug", "info", "warning").filter((line) => pattern.test(line)).length;
  let memory = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const names = Array.from({ length: STREAMS }, (_, i) => `demo${round}-${i}`);
    await Promise.all(names.map((name) => killEverybody(http, name)));

    await http.idle();
    assertEquals(http.app.rtmp.publications, []);
    assertEquals(await api(http, "streams"), { streams: [] });
    assertEquals(await api(http, "pushes"), { pushes: [] });
    await until(
      "all connections to have gone",
      () => count(/:\d+ connected$/) === count(/:\d+ disconnected/),
    );
    if (round === 0) memory = await memoryInUse();
  }
  const growth = await memoryInUse() - memory;
  assert(growth < GROWTH, `${growth} bytes more than after the first round`);
  await http[Symbol.asyncDispose]();
  assertEquals(log.lines("error", "fatal"), []);
});

/** Kills all who take part in a stream, one by one. */
async function killEverybody(http: HttpApp, name: string): Promise<void> {
  const path = `live/${name}`;
  const target = collect({ reconnectTimeout: 0 });
  const { port } = target;
  const url = `rtmp://127.0.0.1:${port}/app/copy`;
  const push = await api(http, "pushes", { stream: path, url });
  const publisher = await RawClient.publish(http.port, name);
  const { ledger } = http.app.rtmp.publications.find((publication) => publication.path === path)!;
  const stop = new AbortController();
  const player = await playRtmp(`rtmp://127.0.0.1:${http.port}/${path}`, stop);
  const watching = fetch(`${http.url}/${path}.flv`, stop);
  await until("three consumers", () => ledger.consumers.length === 3);
  publisher.sendTags(videoTags(FRAMES, FRAME_SIZE));

  const tags = player.readable.getReader();
  const body = (await watching).body!.getReader();
  assert(!(await tags.read()).done);
  assert(!(await body.read()).done);
  stop.abort();
  await assertRejects(() => player.closed);
  await assertRejects(() => within("the player to end", tags.closed), Error, "aborted");
  await assertRejects(() => body.read());
  const first = await target.publication(0);
  await until("a frame at the target", () => first.tags.length > 1);
  await target[Symbol.asyncDispose]();
  await until("only the push", () => ledger.consumers.every(({ kind }) => kind === "push"));

  await using again = collect({ port });
  const second = await again.publication(0);
  await until("a keyframe at the target", () => second.tags.length > 1);
  publisher.sendTags([videoTag(FRAMES + 1, FRAME_SIZE)]);
  publisher.write(unfinishedFrame());
  await publisher.flushed();
  publisher.reset();
  await until("the end of the publication", () => !http.app.rtmp.ledger.current.has(ledger));
  await api(http, `pushes/${push.id}`, undefined, "DELETE");
  await until("the end at the target", () => second.ended);
}

/** The first chunk of a message that never ends. */
function unfinishedFrame(): Uint8Array {
  return Uint8Array.from(chunkBytes({
    ...{ format: 0, chunkStreamId: 6, time: 10_000, length: 1000, typeId: 9, messageStreamId: 1 },
    payload: filled(128),
  }));
}

/** Asks the API, on a connection that does not wait for another request. */
async function api(
  { url }: HttpApp,
  path: string,
  body?: unknown,
  method = body ? "POST" : "GET",
) {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const response = await fetch(`${url}/api/v1/${path}`, {
    method,
    client,
    ...body !== undefined && {
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    },
  });
  const text = await response.text();
  assert(response.ok, `${path}: ${response.status} ${text}`);
  return text && JSON.parse(text);
}
