import { assertEquals, assertRejects } from "@std/assert";
import { playRtmp } from "../../src/client/play.ts";
import { publishRtmp } from "../../src/client/publish.ts";
import { RtmpCommandError, RtmpError } from "../../src/errors.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { fixtureTags, videoTag } from "../support/media.ts";
import { NGINX_RTMP_MODULE, startNginx } from "../support/nginx.ts";
import { toolTest } from "../support/tools.ts";
import { until } from "../support/wait.ts";

const TOOLS = ["nginx", NGINX_RTMP_MODULE];

await toolTest(TOOLS, "publishRtmp() and playRtmp() talk to nginx", async (t) => {
  await using nginx = await startNginx({
    live: "live on;",
    // Tells its players when a stream is not published, and hangs up.
    strict: "live on; idle_streams off; publish_notify on;",
    denied: "live on; deny publish all;",
  });
  const tags = await fixtureTags();

  for (const app of ["live", "strict"]) {
    await t.step(`${app}: every frame comes back`, async () => {
      const url = nginx.url(`${app}/demo?a=1`);
      const publisher = await publishRtmp(url);
      const writer = publisher.writable.getWriter();
      // A player gets what is published from when it has been told to begin.
      const [metadata, ...rest] = tags;
      await writer.write(metadata!);
      const player = await playRtmp(url);
      const received: FlvTag[] = [];
      const reading = player.readable.pipeTo(
        new WritableStream({ write: (tag) => void received.push(tag) }),
      );
      for (const tag of rest) await writer.write(tag);
      await until("the last tag", () => received.length === tags.length);
      await writer.close();
      await Promise.all([publisher.closed, reading, player.closed]);
      assertEquals(media(received), media(tags));
    });
  }

  await t.step("a name that is taken is refused with nginx's words", async () => {
    const first = await publishRtmp(nginx.url("live/taken"));
    const error = await assertRejects(
      () => publishRtmp(nginx.url("live/taken")),
      RtmpCommandError,
    );
    assertEquals([error.statusCode, error.read], [
      "NetStream.Publish.BadName",
      "Already publishing",
    ]);
    await first.close();
  });

  await t.step("a stream that is not there is refused with nginx's words", async () => {
    const error = await assertRejects(() => playRtmp(nginx.url("strict/none")), RtmpCommandError);
    assertEquals([error.statusCode, error.read], [
      "NetStream.Play.StreamNotFound",
      "No such stream",
    ]);
  });

  await t.step("an app that is not there is the end of the connection", async () => {
    await assertRejects(
      () => publishRtmp(nginx.url("none/demo")),
      RtmpError,
      "the connection ended",
    );
  });

  await t.step("a publisher that is denied after Publish.Start fails", async () => {
    const { writable, closed } = await publishRtmp(nginx.url("denied/demo"));
    await assertRejects(() => closed, RtmpError, "the connection ended");
    await assertRejects(() => writable.getWriter().write(videoTag(0)), RtmpError);
  });
});

/** Audio and video apart: nginx adds to the metadata and moves the audio header behind the video. */
function media(tags: FlvTag[]): Record<string, FlvTag[]> {
  const { audio = [], video = [] } = Object.groupBy(tags, ({ type }) => type);
  return { audio, video };
}
