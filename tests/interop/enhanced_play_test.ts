import { assertEquals } from "@std/assert";
import { Channel } from "../../src/channel/channel.ts";
import { tagsOf } from "../support/media.ts";
import { serveOnLoopback } from "../support/publications.ts";
import { toolTest } from "../support/tools.ts";
import { within } from "../support/wait.ts";
import {
  copyEnhanced,
  type EnhancedClip,
  enhancedClip,
  RECENT_FFMPEG,
  tracksOf,
} from "./enhanced_clips.ts";
import { firstTracks, framesOf } from "./enhanced_frames.ts";

for (const name of ["hevc-opus", "av1-flac", "vp9-ac3", "two-of-each"] as EnhancedClip[]) {
  await toolTest(
    RECENT_FFMPEG,
    `a recent FFmpeg plays ${name}, the first tracks of it`,
    async () => {
      const clip = await enhancedClip(name);
      const channel = new Channel();
      const asked = Promise.withResolvers<void>();
      await using server = serveOnLoopback({
        play(_request, filter) {
          asked.resolve();
          return channel.subscribe({ kind: "player", mode: "lossless", filter });
        },
      }, ({ tags, ledger }) => channel.run(tags, ledger));
      const url = `rtmp://127.0.0.1:${server.addr.port}/live/demo`;
      const file = await Deno.makeTempFile({ suffix: ".flv" });
      const playing = copyEnhanced(url, file);
      await within("the player", asked.promise);
      await copyEnhanced(clip, url).end();
      await playing.end();
      const played = tagsOf(await Deno.readFile(file));
      assertEquals(await framesOf(played), firstTracks(await tracksOf(clip)));
      assertEquals(server.ledger.balance(), 0);
      await Deno.remove(file);
    },
  );
}
