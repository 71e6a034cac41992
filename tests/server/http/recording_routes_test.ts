import { assert, assertEquals, assertMatch, assertObjectMatch, assertThrows } from "@std/assert";
import type { FlvTag } from "../../../src/flv/flv_tag.ts";
import { isKeyframe, mediaKind } from "../../../src/flv/tag_kind.ts";
import { readConfig } from "../../../src/server/cli/config.ts";
import { ConfigError } from "../../../src/server/cli/start_error.ts";
import { type ApiApp, recordingDirectory, startApiApp } from "../../support/api.ts";
import { captureLog } from "../../support/log.ts";
import { fixtureTags, mediaOf, tagsOf, videoTag, videoTags } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";

const DEMO = { stream: "live/demo" };

/** Those that are coded frames. */
function framesOf(tags: FlvTag[]): FlvTag[] {
  return tags.filter(({ type, data }) => /^(video|audio)Frames$/.test(mediaKind(type, data)));
}

/** Publishes, and resolves when everything is in the channel. */
async function publish(api: ApiApp, tags: FlvTag[], name = "demo"): Promise<RawClient> {
  const client = await RawClient.publish(api.port, name);
  await send(api, client, tags);
  return client;
}

async function send(api: ApiApp, client: RawClient, tags: FlvTag[]): Promise<void> {
  const { ledger } = await until("the publication", () => api.app.rtmp.publications[0]);
  const { videoFrames, audioFrames } = ledger.tags;
  client.sendTags(tags);
  const frames = framesOf(tags).length;
  await until("all frames", () => {
    const { tags } = ledger;
    return tags.videoFrames + tags.audioFrames === videoFrames + audioFrames + frames;
  });
}

/** Waits for the recording that the API shows to be so. */
async function recording(api: ApiApp, is: (shown: Record<string, number>) => boolean) {
  return await until("the recording", async () => {
    const [shown] = (await api.call("GET", "recordings")).body.recordings;
    return shown !== undefined && is(shown) && shown;
  });
}

for (const flag of ["--record", "--record-on-demand"]) {
  Deno.test(`${flag}: a recording that is started ends at DELETE, and the stream goes on`, async () => {
    await using directory = await recordingDirectory();
    await using api = await startApiApp(flag, directory.path);
    const sent = await fixtureTags();
    using client = await publish(api, sent.slice(0, 70));
    if (flag === "--record") {
      const { id } = await recording(api, () => true);
      assertEquals((await api.call("DELETE", `recordings/${id}`)).status, 204);
    }
    assertEquals((await api.call("GET", "recordings")).body.recordings, []);

    const { status, headers, body } = await api.call("POST", "recordings", DEMO);
    assertEquals([status, headers.get("location")], [201, `/api/v1/recordings/${body.id}`]);
    assertMatch(body.file, /^live\/demo-\d{8}T\d{6}Z(-2)?\.flv$/);
    await send(api, client, sent.slice(70, 110));
    const begin = sent.slice(0, 70).findLastIndex(isKeyframe);
    const expected = framesOf(sent.slice(begin, 110));
    const shown = await recording(
      api,
      ({ videoFrames, audioFrames }) => videoFrames! + audioFrames! === expected.length,
    );
    const { size } = await Deno.stat(`${directory.path}/${shown.file}`);
    const publication = api.app.rtmp.publications[0]!;
    assertObjectMatch(shown, {
      id: body.id,
      stream: "live/demo",
      publication: publication.id,
      file: body.file,
      bytes: size,
      videoFrames: expected.filter(({ type }) => type === "video").length,
    });
    const [first, last] = [expected[0]!.timestamp, expected.at(-1)!.timestamp];
    assert(shown.duration >= (last - first) / 1000 && shown.duration < (last - first) / 1000 + 0.1);
    const { ledger } = (await api.call("GET", "streams/live/demo")).body;
    assertEquals(ledger.consumers.map(({ id }: { id: string }) => id), [body.id]);

    assertEquals((await api.call("DELETE", `recordings/${body.id}`)).status, 204);
    assertEquals((await api.call("DELETE", `recordings/${body.id}`)).status, 404);
    await send(api, client, sent.slice(110));
    const tags = tagsOf(await Deno.readFile(`${directory.path}/${body.file}`));
    assertEquals(framesOf(tags), expected);
    assertEquals(tags.slice(0, 3).map(({ type }) => type), ["script", "video", "audio"]);

    client.command("FCUnpublish", 4, null, "demo");
    await api.idle();
  });
}

Deno.test("POST recordings says why nothing can be recorded", async () => {
  await using directory = await recordingDirectory();
  await using off = await startApiApp();
  using _first = await publish(off, videoTags(1));
  const no = await off.call("POST", "recordings", DEMO);
  assertEquals(no.status, 409);
  assertMatch(no.body.error, /--record-on-demand/);
  assertEquals((await off.call("GET", "recordings")).body, {
    recordings: [],
    failed: 0,
    lastFailure: null,
  });

  await using api = await startApiApp("--record-on-demand", directory.path);
  assertEquals((await api.call("POST", "recordings", DEMO)).status, 404);
  using _second = await publish(api, videoTags(1));
  const answers = await Promise.all([1, 2, 3].map(() => api.call("POST", "recordings", DEMO)));
  assertEquals(answers.map(({ status }) => status).sort(), [201, 409, 409]);
  const { id } = answers.find(({ status }) => status === 201)!.body;
  const { error } = answers.find(({ status }) => status === 409)!.body;
  assertEquals(error, `Conflict: already recorded, as ${id}`);
});

Deno.test("a recording that was started ends with its publication, and is complete", async () => {
  await using directory = await recordingDirectory();
  await using api = await startApiApp("--record-on-demand", directory.path);
  const sent = videoTags(30);
  using client = await publish(api, sent.slice(0, 20));
  const { body: { file } } = await api.call("POST", "recordings", DEMO);
  client.sendTags(sent.slice(20));
  client.command("FCUnpublish", 4, null, "demo");
  await api.idle();
  assertEquals((await api.call("GET", "recordings")).body.recordings, []);
  const tags = tagsOf(await Deno.readFile(`${directory.path}/${file}`));
  assertEquals(mediaOf(tags), mediaOf(sent));
});

Deno.test("a recording that is ended has all that came until then, however much of it waits", async () => {
  await using directory = await recordingDirectory();
  await using api = await startApiApp("--record-on-demand", directory.path);
  // The second keyframe brings eight megabytes, which wait for the file when the recording begins.
  const sent = videoTags(25 + 24, 350_000).slice(1 + 25);
  using _client = await publish(api, [videoTag(0), ...sent]);
  const { body: { id, file } } = await api.call("POST", "recordings", DEMO);
  assertEquals((await api.call("DELETE", `recordings/${id}`)).status, 204);
  const tags = tagsOf(await Deno.readFile(`${directory.path}/${file}`));
  assertEquals(mediaOf(tags).length, sent.length);
  assertEquals(api.app.rtmp.ledger.balance(), 0);
});

Deno.test("a recording that fails is counted and reported without its directory", async () => {
  await using log = await captureLog();
  await using directory = await recordingDirectory();
  const inside = `${directory.path}/inside`;
  await using api = await startApiApp("--record", inside);
  await Deno.remove(inside, { recursive: true });
  await Deno.writeTextFile(inside, "no directory");
  using client = await publish(api, videoTags(3));
  const failed = await until("the failure", async () => {
    const { body } = await api.call("GET", "recordings");
    return body.failed === 1 && body;
  });
  assertEquals(failed.recordings, []);
  assertObjectMatch(failed.lastFailure, { stream: "live/demo", file: null });
  assertMatch(failed.lastFailure.error, /directory/);

  const { status, body } = await api.call("POST", "recordings", DEMO);
  assertEquals(status, 500);
  assertEquals((await api.call("GET", "recordings")).body.failed, 2);
  for (const text of [failed.lastFailure.error, body.error]) {
    assertEquals(text.includes(directory.path), false, text);
  }
  assertEquals(log.lines("error").length, 2);
  await send(api, client, [videoTag(3)]);
  client.command("FCUnpublish", 4, null, "demo");
  await api.idle();
});

Deno.test("--record-on-demand does not go with --record, nor with an empty name", () => {
  const both = ["--record", "here", "--record-on-demand", "there"];
  assertThrows(() => readConfig(both), ConfigError, "does not go with --record");
  assertThrows(() => readConfig(["--record-on-demand", ""]), ConfigError, "not be empty");
});
