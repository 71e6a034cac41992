/**
 * RTMPS: FFmpeg by TLS, a TLS handshake that stalls, and a certificate that is renewed.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { publishRtmp } from "../../src/client/publish.ts";
import { RtmpError } from "../../src/errors.ts";
import { mediaKind } from "../../src/flv/tag_kind.ts";
import { makeCertificate } from "../support/certificate.ts";
import { clip, publishClip } from "../support/ffmpeg.ts";
import { videoTag } from "../support/media.ts";
import { collect } from "../support/publications.ts";
import { toolTest } from "../support/tools.ts";
import { until } from "../support/wait.ts";

await toolTest(
  ["ffmpeg", "openssl"],
  "FFmpeg publishes by TLS while another's TLS handshake stalls",
  async () => {
    await using server = collect({ tls: { port: 0, ...await makeCertificate() } });
    const { port } = server.server.tlsAddr!;
    using _stalled = await Deno.connect({ hostname: "127.0.0.1", port });
    await publishClip(await clip("plain"), `rtmps://127.0.0.1:${port}/live/demo`);
    const received = await server.publication(0);
    await until("the end", () => received.ended);
    const frames = received.tags.filter(({ type, data }) =>
      mediaKind(type, data) === "videoFrames"
    );
    assertEquals(frames.length, 60);
  },
);

await toolTest(
  ["openssl"],
  "a renewed certificate is for newcomers, and who is there stays",
  async () => {
    const old = await makeCertificate();
    const renewed = await makeCertificate();
    await using server = collect({ tls: { port: 0, ...old } });
    const url = `rtmps://127.0.0.1:${server.server.tlsAddr!.port}/live`;
    const first = await publishRtmp(`${url}/first`, { caCerts: [old.cert] });
    await server.server.renewCertificate(renewed);
    await assertRejects(() => publishRtmp(`${url}/second`, { caCerts: [old.cert] }), RtmpError);
    const second = await publishRtmp(`${url}/second`, { caCerts: [renewed.cert] });
    for (const { writable } of [first, second]) {
      await ReadableStream.from([videoTag(0)]).pipeTo(writable);
    }
    await until("both tags", () => server.received.every(({ tags }) => tags.length === 1));
    assertEquals(server.received.length, 2);
    await assertRejects(() => server.server.renewCertificate({ cert: "x", key: "y" }));
  },
);
