import { assertEquals } from "@std/assert";
import { contents, run } from "../support/ffmpeg.ts";
import { fixtureTags } from "../support/media.ts";
import { RawClient } from "../support/raw_client.ts";
import { startTestApp } from "../support/server.ts";
import { toolTest } from "../support/tools.ts";
import { until } from "../support/wait.ts";

const FIXTURE = new URL("../fixtures/clip60.flv", import.meta.url).pathname;

await toolTest(
  ["ffmpeg", "ffprobe"],
  "FFmpeg watches over HTTP-FLV and misses nothing",
  async () => {
    const app = await startTestApp();
    const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
    const file = `${directory}/seen.flv`;
    const url = `http://127.0.0.1:${app.http!.port}/live/demo.flv`;
    const watching = run("ffmpeg", `-i ${url} -map 0 -c copy -copyts ${file}`.split(" "));

    using client = await RawClient.publish(app.rtmp.addr.port, "demo");
    const [ledger] = app.rtmp.ledger.current;
    await until("the viewer", () => ledger!.consumers.some(({ kind }) => kind === "http-flv"));
    client.sendTags(await fixtureTags());
    client.command("FCUnpublish", 4, null, "demo");
    const { code, complaints } = await watching;
    assertEquals({ code, complaints }, { code: 0, complaints: [] });
    assertEquals(await contents(file), await contents(FIXTURE));
    client[Symbol.dispose]();
    await app.shutdown();
    await Deno.remove(directory, { recursive: true });
  },
);
