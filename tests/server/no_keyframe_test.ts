import { assertEquals } from "@std/assert";
import { playRtmp } from "../../src/client/play.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { mediaKind } from "../../src/flv/tag_kind.ts";
import { type ApiApp, recordingDirectory, startApiApp } from "../support/api.ts";
import { hex } from "../support/bytes.ts";
import { FlvReader } from "../support/http.ts";
import { tagsOf } from "../support/media.ts";
import { collect, type CollectingServer } from "../support/publications.ts";
import { RawClient } from "../support/raw_client.ts";
import { until } from "../support/wait.ts";
import { watchWebSocket } from "../support/websocket.ts";

const video = (time: number, digits: string): FlvTag => ({
  type: "video",
  timestamp: time,
  data: hex(digits),
});
const keyframe = (time: number) => video(time, "17 01 000000 00000002 6588");
const interFrame = (time: number) => video(time, "27 01 000000 00000002 4188");
/** An IDR picture that its sender marks as nothing, and as an inter frame. */
const unmarked = (time: number) =>
  video(time, `${time % 1000 ? "0" : "2"}7 01 000000 00000002 6588`);
const sound = (time: number): FlvTag => ({
  type: "audio",
  timestamp: time,
  data: Uint8Array.of(0xaf, 1, 0x21),
});

const HEADERS: FlvTag[] = [
  video(0, "17 00 000000 01"),
  { type: "audio", timestamp: 0, data: Uint8Array.of(0xaf, 0, 0x12, 0x10) },
];

/** What is published every half second from a time up to another. */
function every(from: number, to: number, ...make: ((time: number) => FlvTag)[]): FlvTag[] {
  const times = Array.from({ length: (to - from) / 500 }, (_, i) => from + 500 * i);
  return times.flatMap((time) => make.map((one) => one(time)));
}

/** What has been published when five consumers come, what follows, and what they get of it. */
const STREAMS: [what: string, before: FlvTag[], after: FlvTag[], get: "sound" | "both"][] = [
  [
    "a still picture and sound",
    [...HEADERS, keyframe(0), ...every(0, 25_000, sound)],
    [sound(25_000)],
    "sound",
  ],
  [
    "a picture that has stopped, and sound",
    [...HEADERS, keyframe(0), ...every(500, 10_000, interFrame), ...every(500, 30_000, sound)],
    [sound(30_000)],
    "sound",
  ],
  [
    "a header of video, and sound",
    [...HEADERS, ...every(0, 5_000, sound)],
    [sound(5_000)],
    "sound",
  ],
  [
    "keyframes 30 s apart",
    [...HEADERS, keyframe(0), ...every(500, 30_000, interFrame, sound), keyframe(30_000)]
      .concat(every(30_500, 55_000, interFrame, sound)),
    every(55_000, 57_000, interFrame, sound),
    "sound",
  ],
  [
    "a picture that was published from its middle",
    [...HEADERS, ...every(0, 3_000, interFrame, sound)],
    every(3_000, 5_000, interFrame, sound),
    "sound",
  ],
  [
    "a picture that is refreshed bit by bit",
    [...HEADERS, keyframe(0), ...every(500, 25_000, interFrame, sound)],
    every(25_000, 25_500, interFrame, sound),
    "both",
  ],
  [
    "keyframes that are not marked as such",
    [...HEADERS, ...every(0, 3_000, unmarked, interFrame, sound)],
    every(3_000, 3_500, interFrame, sound),
    "both",
  ],
];

/** The kinds of frames in tags. */
function kinds(tags: FlvTag[]): string {
  const found = ["audio", "video"].filter((type) =>
    tags.some((tag) => mediaKind(tag.type, tag.data) === `${type}Frames`)
  );
  return found.join("+");
}

/** Five consumers of `live/demo`, of every kind that there is. */
async function consumeAll(api: ApiApp, target: CollectingServer) {
  const stream = "live/demo";
  const http = fetch(`${api.url}/live/demo.flv?wait=20`).then(({ status, body }) => {
    assertEquals(status, 200);
    return new FlvReader(body!);
  });
  const ws = watchWebSocket(api.url);
  const played: FlvTag[] = [];
  const player = await playRtmp(`rtmp://127.0.0.1:${api.port}/live/demo`);
  const playing = player.readable.pipeTo(
    new WritableStream({ write: (tag) => void played.push(tag) }),
  );
  const url = `rtmp://127.0.0.1:${target.port}/live/copy`;
  assertEquals((await api.call("POST", "pushes", { stream, url })).status, 201);
  const { status, body: recording } = await api.call("POST", "recordings", { stream });
  assertEquals(status, 201);
  return { http, ws, played, playing, recording };
}

for (const [what, before, after, get] of STREAMS) {
  Deno.test(`newcomers of every kind begin with ${get === "both" ? "sound and picture" : "sound"}: ${what}`, async () => {
    await using directory = await recordingDirectory();
    await using target = collect();
    await using api = await startApiApp("--record-on-demand", directory.path);
    using client = await RawClient.publish(api.port, "demo");
    client.sendTags(before);
    const { ledger } = await until("a publication", () => api.app.rtmp.publications[0]);
    const frames = (tags: FlvTag[]) =>
      tags.filter(({ type, data }) => mediaKind(type, data).endsWith("Frames")).length;
    const taken = () => ledger.tags.videoFrames + ledger.tags.audioFrames;
    await until("what has been published", () => taken() === frames(before));

    const { http, ws, played, playing, recording } = await consumeAll(api, target);
    await until("five consumers", () => ledger.consumers.length === 5);
    client.sendTags(after);
    await until("the rest", () => taken() === frames([...before, ...after]));
    const expected = get === "both" ? "audio+video" : "audio";
    const delivered = () =>
      ledger.consumers.map(({ delivered: { audioFrames, videoFrames } }) =>
        [audioFrames > 0 ? "audio" : "", videoFrames > 0 ? "video" : ""].filter(Boolean).join("+")
      );
    await until(
      () => `sound: ${delivered()}`,
      () => delivered().every((kind) => kind === expected),
    );
    const reader = await http;
    const pushed = await target.publication(0);
    for (const tags of [() => reader.tags, () => ws.reader.tags, () => played, () => pushed.tags]) {
      await until(() => `${expected}: ${kinds(tags())}`, () => kinds(tags()) === expected);
    }
    assertEquals(ws.reader.announced, expected);

    const last = after.at(-1)!.timestamp;
    client.sendTags([keyframe(last + 500), interFrame(last + 540), sound(last + 550)]);
    for (const tags of [() => reader.tags, () => played, () => pushed.tags]) {
      await until("sound and picture", () => kinds(tags()) === "audio+video");
    }
    if (get === "sound") assertEquals((await ws.closed).code, 1000);
    client.command("FCUnpublish", 4, null, "demo");
    await Promise.all([ws.closed, reader.done, playing]);
    await api.idle();
    const recorded = tagsOf(await Deno.readFile(`${directory.path}/${recording.file}`));
    assertEquals(kinds(recorded), "audio+video");
  });
}

Deno.test("a viewer of what is published gets 504 when nothing of it can be sent in time", async () => {
  await using api = await startApiApp();
  const get = async (query: string) => {
    const response = await fetch(`${api.url}/live/demo.flv${query}`);
    const { error } = await response.json();
    return [response.status, error];
  };
  assertEquals(await get("?wait=0"), [404, "Not found: this stream is not published"]);
  using client = await RawClient.publish(api.port, "demo");
  const TOO_LATE = [
    504,
    "Gateway timeout: the publisher of this stream has sent nothing that can be played",
  ];
  assertEquals(await get("?wait=0"), TOO_LATE);
  client.sendTags([...HEADERS, interFrame(0)]);
  await until("a frame", () => api.app.rtmp.publications[0]!.ledger.tags.videoFrames === 1);
  assertEquals(await get("?wait=0"), TOO_LATE);
  // What comes within three seconds is waited for even by one who does not want to wait.
  const watching = fetch(`${api.url}/live/demo.flv?wait=0`);
  await api.consumer("http-flv");
  client.sendTags([keyframe(40), sound(41)]);
  const { status, body } = await watching;
  assertEquals(status, 200);
  await body!.cancel();
});
