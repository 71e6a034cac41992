import { assertEquals, assertRejects } from "@std/assert";
import { publishRtmp } from "../../src/client/publish.ts";
import { RtmpError, RtmpTimeoutError } from "../../src/errors.ts";
import { makeCertificate } from "../support/certificate.ts";
import { videoTags } from "../support/media.ts";
import { collect } from "../support/publications.ts";
import { ScriptedServer } from "../support/scripted_server.ts";
import { toolTest } from "../support/tools.ts";
import { until } from "../support/wait.ts";

await toolTest(["openssl"], "publishRtmp() publishes by TLS to whom it trusts", async () => {
  const { cert, key } = await makeCertificate();
  await using server = collect({ tls: { port: 0, cert, key } });
  const url = `rtmps://127.0.0.1:${server.server.tlsAddr!.port}/live/demo`;
  await assertRejects(() => publishRtmp(url), RtmpError, "invalid peer certificate");

  const tags = videoTags(60);
  const { writable } = await publishRtmp(url, { caCerts: [cert] });
  await ReadableStream.from(tags).pipeTo(writable);
  const received = await server.publication(0);
  await until("the last tag", () => received.tags.length === tags.length);
  assertEquals(received.tags, tags);
  assertEquals((await received.publication.closed).reason, "unpublished");
});

Deno.test("publishRtmp() times out when a TLS handshake stalls", async () => {
  await using server = new ScriptedServer(async (end) => await end.over);
  const url = server.url().replace("rtmp:", "rtmps:");
  await assertRejects(() => publishRtmp(url, { timeout: 100 }), RtmpTimeoutError);
});

Deno.test("publishRtmp() says that it speaks TLS to a server that does not", async () => {
  await using server = new ScriptedServer(async (end) => {
    await end.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await end.over;
  });
  const url = server.url().replace("rtmp:", "rtmps:");
  await assertRejects(() => publishRtmp(url), RtmpError, "Cannot connect to 127.0.0.1");
});
