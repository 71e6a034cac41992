import { assert, assertEquals } from "@std/assert";
import { FlvReader, startHttpApp } from "../support/http.ts";
import { mediaOf } from "../support/media.ts";
import { toolTest } from "../support/tools.ts";
import { until } from "../support/wait.ts";
import {
  copyEnhanced,
  type EnhancedClip,
  enhancedClip,
  RECENT_FFMPEG,
  tracksOf,
} from "./enhanced_clips.ts";
import { firstTracks, framesOf, parseTag } from "./enhanced_frames.ts";

/** Packet types that no player trips over. */
const PLAIN = ["sequence-start", "coded-frames", "coded-frames-x", "sequence-end"];

/** Clips, and a packet that a recent FFmpeg sends of each that the plain form leaves out, if any. */
const CLIPS: [clip: EnhancedClip, leftOut: RegExp][] = [
  ["hdr-av1-opus", /^(metadata|multichannel-config)$/],
  ["hevc-opus", /^multichannel-config$/],
  ["two-sounds", /^multitrack$/],
  ["two-of-each", /^multitrack$/],
];

for (const [name, leftOut] of CLIPS) {
  await toolTest(RECENT_FFMPEG, `?tracks=first has the plain form of ${name}`, async () => {
    const clip = await enhancedClip(name);
    await using http = await startHttpApp();
    const watch = async (query: string) => {
      const { body } = await fetch(`${http.url}/live/demo.flv${query}`);
      const reader = new FlvReader(body!);
      await reader.done;
      return mediaOf(reader.tags);
    };
    const watching = Promise.all([watch("?tracks=first"), watch("")]);
    const publishing = copyEnhanced(clip, `rtmp://127.0.0.1:${http.port}/live/demo`);
    await until("both viewers", () => {
      const [ledger] = http.app.rtmp.ledger.current;
      return ledger?.consumers.length === 2;
    });
    await publishing.end();
    const [plain, all] = await watching;
    const source = await tracksOf(clip);
    assertEquals(await framesOf(all), source);
    assertEquals(await framesOf(plain), firstTracks(source));
    const packets = (tags: typeof plain) =>
      tags.map(parseTag).map(({ multitrack, packetType }) =>
        multitrack ? "multitrack" : packetType
      );
    assertEquals(packets(plain).filter((packet) => !PLAIN.includes(packet)), []);
    assert(packets(all).some((packet) => leftOut.test(packet)), packets(all).join(" "));
    await http.idle();
  });
}
