/**
 * A server that is short of file descriptors: what is live goes on, and newcomers are turned away.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { recordingDirectory } from "../support/api.ts";
import { LiveEncoder } from "../support/live_encoder.ts";
import { repeat } from "../support/long.ts";
import { mediaOf, tagsOf } from "../support/media.ts";
import { readMetrics } from "../support/prometheus.ts";
import { recordPermissions, ServerProcess } from "../support/server.ts";
import { until } from "../support/wait.ts";

const ROUNDS = repeat(2, 20);

/** Viewers over HTTP that are there from the beginning. */
const VIEWERS = 3;

/** What a newcomer asks for, by its number: nothing over RTMP, a stream, or to publish. */
const REQUESTS = [
  undefined,
  "GET /live/s0.flv HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
  "PUT /live/put.flv HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 999\r\n\r\nFLV",
];

/** As many newcomers as this, which want to stay. */
async function flood(server: ServerProcess, count: number): Promise<Deno.Conn[]> {
  const httpPort = Number(server.http.split(":").at(-1));
  const newcomers: Deno.Conn[] = [];
  for (let i = 0; i < count; i++) {
    const request = REQUESTS[i % REQUESTS.length];
    const port = request ? httpPort : server.port;
    const newcomer = await Deno.connect({ hostname: "127.0.0.1", port });
    if (request) newcomer.write(new TextEncoder().encode(request)).catch(() => {});
    newcomers.push(newcomer);
  }
  return newcomers;
}

/** All that a viewer gets, until its stream ends. */
async function watch(url: string): Promise<FlvTag[]> {
  return mediaOf(tagsOf(await (await fetch(url)).bytes()));
}

/** The frames in the one recording of a stream. */
async function recorded(directory: string, name: string): Promise<Uint8Array[]> {
  const files = await Array.fromAsync(Deno.readDir(`${directory}/live`));
  const [file, ...others] = files.filter((file) => file.name.startsWith(`${name}-`));
  assertEquals(others, []);
  return mediaOf(tagsOf(await Deno.readFile(`${directory}/live/${file!.name}`)))
    .map(({ data }) => data);
}

for (const limit of [64, 128, 1024]) {
  Deno.test({
    ignore: Deno.build.os === "windows",
    name: `with ${limit} file descriptors nothing live is lost, however many want in`,
    async fn() {
      await using directory = await recordingDirectory();
      await using server = await ServerProcess.start({
        shell: `ulimit -n ${limit}`,
        args: ["--record", directory.path],
        permissions: recordPermissions(directory.path),
      });
      const encoders: LiveEncoder[] = [];
      for (let i = 0; i < Math.min(20, limit / 12); i++) {
        encoders.push(await LiveEncoder.start(server.port, `s${i}`));
      }
      const viewers = encoders.slice(0, VIEWERS)
        .map((_, i) => watch(`${server.http}/live/s${i}.flv`));
      await until("the viewers", async () => {
        const metrics = await readMetrics(server.http);
        return ["s0", "s1", "s2"].every((name) =>
          metrics.get("sluice_stream_consumers", { stream: `live/${name}`, kind: "http-flv" }) === 1
        );
      });

      for (let round = 0; round < ROUNDS; round++) {
        const newcomers = await flood(server, 2 * limit);
        await encoders[0]!.frames(50);
        for (const newcomer of newcomers) newcomer.close();
        // Those who want in now get in.
        using late = await LiveEncoder.start(server.port, `late${round}`);
        await server.line(new RegExp(`live/late${round} is recorded`));
        assertEquals(await (await fetch(`${server.http}/healthz`)).json(), { status: "ok" });
        assertEquals(late.client.ended, false);
      }

      const metrics = await readMetrics(server.http);
      const refused = (protocol: string, reason: string) =>
        metrics.get(`sluice_${protocol}_connections_refused_total`, { reason });
      assert(refused("rtmp", "made-room") + refused("rtmp", "no-descriptors") > limit / 4);
      assert(refused("http", "made-room") + refused("http", "no-descriptors") > limit / 4);
      for (const encoder of encoders) encoder.end();
      for (const [i, { sent }] of encoders.entries()) {
        await server.line(
          new RegExp(
            `live/s${i} has ended: The publisher ended the stream. Received ${sent.length} video`,
          ),
        );
        if (i >= VIEWERS) continue;
        const frames = await viewers[i]!;
        assertEquals(
          frames.map(({ data }) => data),
          sent.slice(-frames.length).map(({ data }) => data),
        );
        assert(frames.length > ROUNDS * 50, `${frames.length} frames`);
      }
      assertEquals(server.lines.filter((line) => /not balance/.test(line)), []);
      assertEquals((await server.stop()).code, 0);
      for (const [i, { sent }] of encoders.entries()) {
        assertEquals(await recorded(directory.path, `s${i}`), sent.map(({ data }) => data));
      }
      for (const encoder of encoders) encoder[Symbol.dispose]();
    },
  });
}
