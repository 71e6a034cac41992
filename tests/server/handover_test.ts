import { assert, assertEquals } from "@std/assert";
import { FlvReader, RawHttpClient } from "../support/http.ts";
import { recordingDirectory, startApiApp } from "../support/api.ts";
import { tagsOf, videoTag } from "../support/media.ts";
import { RawClient } from "../support/raw_client.ts";
import { until } from "../support/wait.ts";

/** Frames of the second publication, which differ from those of the first in their size. */
const OWN = Array.from({ length: 30 }, (_, i) => videoTag(i, 321));

Deno.test("a name that is taken over is the newcomer's at once, though a slow viewer still gets the old publication", async () => {
  await using directory = await recordingDirectory();
  const flags = ["--allow-lossless-viewers", "--record-on-demand", directory.path];
  await using api = await startApiApp(...flags);
  using viewer = await RawHttpClient.connect(api.httpPort);
  viewer.request("GET /live/demo.flv?mode=lossless");
  using first = await RawClient.publish(api.port, "demo");
  first.sendTags([videoTag(0)]);
  const slow = await api.consumer("http-flv");
  await viewer.text(/FLV/);
  viewer.stopReading();
  // More than the sockets between hold: the publisher is held back.
  for (let i = 1; i < 400; i++) first.sendTags([videoTag(25 * i, 100_000)]);
  const { ledger: before } = api.app.rtmp.publications[0]!;
  let taken = -1;
  let looks = 0;
  await until("the publisher to be held back", () => {
    looks = before.tags.videoFrames === taken ? looks + 1 : 0;
    taken = before.tags.videoFrames;
    return looks === 20 && before.inFlight.videoFrames === 1;
  });

  using second = await RawClient.publish(api.port, "demo");
  await first.closed();
  second.sendTags(OWN);
  const publication = api.app.rtmp.publications[0]!;
  const { ledger } = publication;
  await until("its first frame to wait", () => ledger.inFlight.videoFrames === 1);
  assertEquals(ledger.tags.videoFrames, 0);
  assertEquals((await api.call("GET", "streams/live/demo")).body.publisher.id, publication.id);
  const { status, body: recording } = await api.call("POST", "recordings", {
    stream: "live/demo",
  });
  assertEquals([status, recording.publication], [201, publication.id]);
  const watching = fetch(`${api.url}/live/demo.flv`).then(({ body }) => new FlvReader(body!));
  await until("three consumers", () => before.consumers.length + ledger.consumers.length === 3);
  assertEquals(before.consumers.map(({ id }) => id), [slow.id]);

  viewer.goOnReading();
  await until("all frames", () => ledger.tags.videoFrames === OWN.length);
  second.command("FCUnpublish", 4, null, "demo");
  const reader = await watching;
  await reader.done;
  await api.idle();
  const sizes = (tags: { data: Uint8Array }[]) => tags.map(({ data }) => data.length);
  assertEquals(sizes(reader.tags), sizes(OWN));
  const recorded = tagsOf(await Deno.readFile(`${directory.path}/${recording.file}`))
    .filter(({ type }) => type === "video");
  assertEquals(sizes(recorded), sizes(OWN));
  assertEquals([before.balance(), ledger.balance()], [0, 0]);
  const delivered = [before, ledger].map((one) => one.consumption().get("http-flv")?.delivered);
  // The slow viewer has had all of both, the other all of the second.
  assertEquals(delivered[0]?.videoFrames, before.tags.videoFrames);
  assertEquals(delivered[1]?.videoFrames, 2 * OWN.length);
  assert(before.tags.videoFrames > 10, `${before.tags.videoFrames}`);
});
