import { assertEquals } from "@std/assert";
import { encodeAmf0 } from "../../../src/amf/encode_amf0.ts";
import { Channel } from "../../../src/channel/channel.ts";
import type { FlvTag } from "../../../src/flv/flv_tag.ts";
import { MessageInput } from "../../../src/session/server/message_input.ts";
import { ReceivedCounts } from "../../../src/ledger/received_counts.ts";
import { publishRequest } from "../../support/publications.ts";
import { describeStream } from "../../../src/server/api/describe_stream.ts";

/** A VP9 sequence header: it has a profile and a level, and no size. */
const VP9 = Uint8Array.of(0x90, 0x76, 0x70, 0x30, 0x39, 1, 0, 0, 0, 0, 40, 0x82, 2, 2, 2, 0, 0);

/** What the API shows of a stream that begins with these tags. */
async function describe(tags: FlvTag[]) {
  const input = new MessageInput(publishRequest(), new ReceivedCounts(), () => {});
  const { publication } = input;
  const feed = new Channel().open(publication.ledger);
  await feed.run(ReadableStream.from(tags));
  input.end({ reason: "unpublished", description: "" });
  await publication.tags.cancel();
  return describeStream({ publication, feed });
}

const metadata = (members: Record<string, unknown>): FlvTag => ({
  type: "script",
  timestamp: 0,
  data: encodeAmf0("onMetaData", members),
});

Deno.test("describeStream() takes from the metadata what the codec's configuration leaves out", async () => {
  const { video, audio } = await describe([
    metadata({ width: 640, height: 360, framerate: 25, audiosamplerate: 48_000, stereo: true }),
    { type: "video", timestamp: 0, data: VP9 },
    { type: "video", timestamp: 0, data: Uint8Array.of(0x91, 0x76, 0x70, 0x30, 0x39, 0x82) },
    { type: "audio", timestamp: 0, data: Uint8Array.of(0x91, 0x61, 0x63, 0x2d, 0x33, 0x0b) },
  ]);
  assertEquals(video, {
    codec: "vp09",
    profile: "Profile 0",
    level: "4.0",
    width: 640,
    height: 360,
    frameRate: 25,
  });
  assertEquals(audio, { codec: "ac-3", sampleRate: 48_000, channels: 2 });
});

Deno.test("describeStream() believes the codec's configuration before the metadata", async () => {
  const { audio } = await describe([
    metadata({ audiosamplerate: 8000, stereo: false, width: 0, framerate: "fast" }),
    { type: "audio", timestamp: 0, data: Uint8Array.of(0xaf, 0, 0x12, 0x10) },
    { type: "audio", timestamp: 0, data: Uint8Array.of(0xaf, 1, 0x21) },
  ]);
  assertEquals(audio, { codec: "mp4a", profile: "LC", sampleRate: 44_100, channels: 2 });
});

Deno.test("describeStream() says nothing of what cannot be read", async () => {
  const { video, audio } = await describe([
    { type: "script", timestamp: 0, data: Uint8Array.from([...encodeAmf0("onMetaData"), 0x7f]) },
    { type: "video", timestamp: 0, data: Uint8Array.of(0x17, 0, 0, 0, 0, 1) },
    { type: "video", timestamp: 0, data: Uint8Array.of(0x17, 1, 0, 0, 0, 1) },
  ]);
  assertEquals([video, audio], [undefined, undefined]);
});

const HEADERS: FlvTag[] = [
  { type: "video", timestamp: 0, data: VP9 },
  { type: "audio", timestamp: 0, data: Uint8Array.of(0xaf, 0, 0x12, 0x10) },
];
const VIDEO: FlvTag = {
  type: "video",
  timestamp: 0,
  data: Uint8Array.of(0x91, 0x76, 0x70, 0x30, 0x39, 0x82),
};
const AUDIO: FlvTag = { type: "audio", timestamp: 0, data: Uint8Array.of(0xaf, 1, 0x21) };

for (
  const [what, tags, described] of [
    ["headers alone", HEADERS, []],
    ["a header of audio without a frame", [...HEADERS, VIDEO], ["video"]],
    ["a header of video without a frame", [...HEADERS, AUDIO], ["audio"]],
    ["AAC without its header", [HEADERS[0]!, VIDEO, AUDIO], ["video"]],
    ["AAC whose header comes later", [AUDIO, HEADERS[1]!, AUDIO], ["audio"]],
  ] as [string, FlvTag[], string[]][]
) {
  Deno.test(`describeStream() shows the media that came, not those that were announced: ${what}`, async () => {
    const { video, audio } = await describe(tags);
    const shown = Object.entries({ video, audio }).filter(([, config]) => config);
    assertEquals(shown.map(([kind]) => kind), described);
  });
}
