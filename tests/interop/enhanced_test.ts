import { assertEquals, assertObjectMatch } from "@std/assert";
import { playRtmp } from "../../src/client/play.ts";
import { readAudioConfig } from "../../src/flv/codec/audio_config.ts";
import { readVideoConfig } from "../../src/flv/codec/video_config.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { isSequenceHeader } from "../../src/flv/tag_kind.ts";
import { MessageType } from "../../src/message/message.ts";
import { writeCommand } from "../../src/message/command.ts";
import { startHttpApp } from "../support/http.ts";
import { mediaOf, tagsOf } from "../support/media.ts";
import { collect, type CollectingServer, type Received } from "../support/publications.ts";
import { RawClient, STREAM_ID } from "../support/raw_client.ts";
import { toolTest } from "../support/tools.ts";
import { until, within } from "../support/wait.ts";
import {
  copyEnhanced,
  type EnhancedClip,
  enhancedClip,
  RECENT_FFMPEG,
  tracksOf,
} from "./enhanced_clips.ts";
import { firstTracks, framesOf, parseTag, type Tracks } from "./enhanced_frames.ts";

/** What sequence headers say, by track, as `video:0`. */
type Configs = Record<string, Record<string, unknown>>;

/** What they have to say at least. */
const CLIPS: Record<EnhancedClip, Configs> = {
  "hevc-opus": {
    "video:0": { codec: "hvc1", profile: "Main", width: 320, height: 180, frameRate: 30 },
    "audio:0": { codec: "Opus", sampleRate: 48000, channels: 1 },
  },
  "av1-flac": {
    "video:0": { codec: "av01", profile: "Main", width: 320, height: 180 },
    "audio:0": { codec: "fLaC", sampleRate: 48000, channels: 1 },
  },
  "hdr-av1-opus": {
    "video:0": { codec: "av01", profile: "Main", width: 320, height: 180 },
    "audio:0": { codec: "Opus", sampleRate: 48000, channels: 1 },
  },
  // Neither has more in its header: VP9 says its size in keyframes, AC-3 everything in each frame.
  "vp9-ac3": {
    "video:0": { codec: "vp09", profile: "Profile 0" },
    "audio:0": { codec: "ac-3" },
  },
  "two-sounds": {
    "video:0": { codec: "avc1", profile: "High", width: 320, height: 180, frameRate: 30 },
    "audio:0": { codec: "mp4a", profile: "LC", sampleRate: 48000, channels: 1 },
    "audio:1": { codec: "Opus", sampleRate: 48000, channels: 1 },
  },
  "two-of-each": {
    "video:0": { codec: "hvc1", profile: "Main", width: 320, height: 180, frameRate: 30 },
    "video:1": { codec: "vp09", profile: "Profile 0" },
    "audio:0": { codec: "Opus", sampleRate: 48000, channels: 1 },
    "audio:1": { codec: "Opus", sampleRate: 48000, channels: 1 },
  },
};

for (
  const [name, configs] of Object.entries(CLIPS) as [EnhancedClip, Configs][]
) {
  await toolTest(
    RECENT_FFMPEG,
    `a recent FFmpeg floods ${name} and all frames arrive`,
    async () => {
      const clip = await enhancedClip(name);
      await using server = collect();
      await copyEnhanced(clip, `rtmp://127.0.0.1:${server.port}/live/demo`).end();
      const { publication: { ledger }, tags } = await ended(server);
      const source = await tracksOf(clip);
      assertEquals(Object.keys(source), Object.keys(configs));
      assertEquals(await framesOf(tags), source);
      assertEquals(configsOf(tags, configs), configs);
      const { videoFrames, audioFrames } = ledger.tags;
      assertEquals({ videoFrames, audioFrames }, {
        videoFrames: frameCount(source, "video"),
        audioFrames: frameCount(source, "audio"),
      });
      assertEquals(ledger.balance(), 0);
    },
  );

  await toolTest(
    RECENT_FFMPEG,
    `${name} arrives as a recent FFmpeg writes it to a file`,
    async () => {
      const clip = await enhancedClip(name);
      const file = await Deno.makeTempFile({ suffix: ".flv" });
      await copyEnhanced(clip, file).end();
      await using server = collect();
      await copyEnhanced(clip, `rtmp://127.0.0.1:${server.port}/live/demo`).end();
      const { tags } = await ended(server);
      assertEquals(mediaOf(tags), mediaOf(tagsOf(await Deno.readFile(file))));
      await Deno.remove(file);
    },
  );

  await toolTest(RECENT_FFMPEG, `${name} is played as far as the player knows it`, async () => {
    const clip = await enhancedClip(name);
    await using server = await startHttpApp();
    const url = `rtmp://127.0.0.1:${server.port}/live/demo`;
    using legacy = await RawClient.open(server.port);
    legacy.command("createStream", 2, null);
    legacy.send(writeCommand(STREAM_ID, "play", 0, null, "demo"));
    await legacy.status("NetStream.Play.Start");
    const player = await playRtmp(url);
    const played = Array.fromAsync(player.readable);

    const publishing = copyEnhanced(clip, url);
    const { video, audio } = await until("both codecs in the API", async () => {
      const response = await fetch(`${server.url}/api/v1/streams/live/demo`);
      const stream = await response.json();
      return response.ok && stream.video && stream.audio && stream;
    });
    assertObjectMatch(video, configs["video:0"]!);
    assertObjectMatch(audio, configs["audio:0"]!);
    await publishing.end();
    await legacy.status("NetStream.Play.UnpublishNotify");

    const source = await tracksOf(clip);
    assertEquals(await framesOf(await within("the player's end", played)), source);
    const plain = legacy.messages.map(tagOf).filter((tag) => tag !== undefined);
    assertEquals(plain.filter((tag) => parseTag(tag).multitrack), []);
    assertEquals(await framesOf(plain), firstTracks(source));
    await server.idle();
  });
}

/** The only publication, when all of it has come. */
async function ended(server: CollectingServer): Promise<Received> {
  const received = await server.publication(0);
  await until("the end of the publication", () => received.ended);
  return received;
}

/** What the sequence headers in tags say, as far as it is asked for. */
function configsOf(tags: FlvTag[], asked: Configs): Configs {
  const configs: Configs = {};
  for (const tag of tags.filter(isSequenceHeader)) {
    const { trackId } = parseTag(tag).tracks[0]!;
    const read = tag.type === "audio" ? readAudioConfig : readVideoConfig;
    const key = `${tag.type}:${trackId}`;
    const names = Object.keys(asked[key] ?? {});
    const config = Object.entries(read(tag.data, trackId));
    configs[key] = Object.fromEntries(config.filter(([name]) => names.includes(name)));
  }
  return configs;
}

function frameCount(tracks: Tracks, type: FlvTag["type"]): number {
  const ofType = Object.entries(tracks).filter(([key]) => key.startsWith(type));
  return ofType.reduce((sum, [, frames]) => sum + frames.length, 0);
}

function tagOf({ typeId, timestamp, payload }: RawClient["messages"][number]): FlvTag | undefined {
  if (typeId === MessageType.Audio) return { type: "audio", timestamp, data: payload };
  if (typeId === MessageType.Video) return { type: "video", timestamp, data: payload };
  return undefined;
}
