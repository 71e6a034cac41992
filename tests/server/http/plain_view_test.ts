import { assertEquals, assertMatch } from "@std/assert";
import type { FlvTag, FlvTagType } from "../../../src/flv/flv_tag.ts";
import { hex } from "../../support/bytes.ts";
import { FlvReader, startHttpApp } from "../../support/http.ts";
import { RawClient } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";

const AVC1 = "61766331";
const HVC1 = "68766331";
const MP4A = "6d703461";
const OPUS = "4f707573";

function tag(type: FlvTagType, timestamp: number, digits: string): FlvTag {
  return { type, timestamp, data: hex(digits) };
}

/** What an encoder with HDR, ModEx and two of each kind sends, and what a plain player gets of it. */
const SENT: [sent: FlvTag, plain: FlvTag | undefined][] = [
  [tag("video", 0, `96 10 ${HVC1} 00 000002 0102 01 000001 03`), tag("video", 0, `90${HVC1} 0102`)],
  [tag("video", 0, `d4 ${HVC1} 02 0009 636f6c6f72496e666f 03 000009`), undefined],
  [tag("audio", 0, `90 ${OPUS} 4f707573`), tag("audio", 0, `90 ${OPUS} 4f707573`)],
  [tag("audio", 0, `94 ${OPUS} 01 02 00000003`), undefined],
  [tag("audio", 0, `95 00 ${MP4A} 01 1210`), undefined],
  [tag("video", 0, `97 02 000007 01 ${HVC1} 000005 26`), tag("video", 0, `91 ${HVC1} 000005 26`)],
  [tag("video", 0, `a6 01 ${AVC1} 01 000000 41`), undefined],
  [tag("audio", 9, `91 ${OPUS} fc`), tag("audio", 9, `91 ${OPUS} fc`)],
  [tag("audio", 9, `95 01 ${MP4A} 01 21`), undefined],
  [tag("video", 40, `a6 03 ${HVC1} 00 02`), tag("video", 40, `a3 ${HVC1} 02`)],
  [tag("video", 80, `a6 21 ${AVC1} 00 000004 000000 41 ${HVC1} 01 000004 000000 02`), {
    ...tag("video", 80, "27 01 000000 41"),
  }],
];

const PLAIN = SENT.map(([, plain]) => plain).filter((tag) => tag !== undefined);

const WAYS: [name: string, watch: (url: string) => FlvReader][] = [
  ["HTTP-FLV", (url) => new FlvReader(bodyOf(url))],
  ["WS-FLV", (url) => new FlvReader(messagesOf(url.replace("http", "ws")))],
];

for (const [name, watch] of WAYS) {
  for (const when of ["before the stream", "in the middle of it"]) {
    Deno.test(`${name} with ?tracks=first is plain for a viewer that comes ${when}`, async () => {
      await using http = await startHttpApp();
      const url = `${http.url}/live/demo.flv?tracks=first`;
      const early = when.startsWith("before") ? watch(url) : undefined;
      using client = await RawClient.publish(http.port, "demo");
      client.sendTags(SENT.map(([sent]) => sent));
      const { ledger } = http.app.rtmp.publications[0]!;
      await until("all tags", () => ledger.tags.videoFrames === 4);
      const reader = early ?? watch(url);
      const viewer = await http.consumer(name.toLowerCase());
      await until("all frames", () => viewer.delivered.videoFrames === 3);
      client.command("FCUnpublish", 4, null, "demo");
      await reader.done;
      assertEquals(reader.announced, "audio+video");
      assertEquals(reader.tags, PLAIN);
      const { videoFrames, audioFrames, otherTags } = viewer.dropped["not-wanted"]!;
      assertEquals([videoFrames, audioFrames, otherTags], [1, 1, 3]);
      await http.idle();
    });
  }
}

Deno.test("any other ?tracks is answered 400, and a second one, too", async () => {
  await using http = await startHttpApp();
  for (const query of ["tracks=", "tracks=all", "tracks=1", "tracks=first&tracks=first"]) {
    for (const method of ["GET", "HEAD"]) {
      const response = await fetch(`${http.url}/live/demo.flv?${query}`, { method });
      assertEquals(response.status, 400, query);
      if (method === "HEAD") continue;
      assertMatch(
        (await response.json()).error,
        /^Bad request: tracks (must be first|is given more than once)/,
      );
    }
  }
});

async function* bodyOf(url: string): AsyncGenerator<Uint8Array> {
  yield* (await fetch(url)).body!;
}

function messagesOf(url: string): ReadableStream<Uint8Array> {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  return new ReadableStream({
    start(controller) {
      socket.onmessage = ({ data }) => controller.enqueue(new Uint8Array(data));
      socket.onclose = () => controller.close();
    },
  });
}
