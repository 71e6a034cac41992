/**
 * The small parts of the player: what it remembers of a stream, and what it gives to mpegts.js.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { Absences } from "../../../src/server/page/player/absences.js";
import { Configurations } from "../../../src/server/page/player/configurations.js";
import { FlvOutput } from "../../../src/server/page/player/flv_output.js";
import type { Kind, Media } from "../../../src/server/page/types.ts";

function media(codec: string, ...data: number[]): Media {
  const kind = codec === "avc1" ? "video" : "audio";
  return {
    ...{ kind, codec, time: 0, isConfiguration: false, isKeyframe: true },
    data: Uint8Array.from(data),
  };
}

Deno.test("Configurations finds that of a frame, and takes the same again for the one it has", () => {
  const configurations = new Configurations();
  const first = media("avc1", 1);
  assertEquals(configurations.of(media("avc1", 9)), undefined);
  configurations.add(first);
  configurations.add(media("avc1", 1));
  assertEquals(configurations.of(media("avc1", 9))?.configuration === first, true);
  configurations.add(media("avc1", 2));
  assertEquals(configurations.of(media("avc1", 9))?.configuration, media("avc1", 2));
  assertEquals(configurations.of(media(".mp3", 9)), { configuration: undefined });
});

Deno.test("Absences lets sound that stops again and again interrupt less and less", () => {
  const absences = new Absences();
  const late: number[] = [];
  for (let i = 0; i < 8; i++) {
    absences.change(new Map<Kind, number>([["audio", 0]]));
    late.push(absences.lateness);
    absences.change(new Map());
  }
  assertEquals(late, [0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  absences.reset();
  assertEquals([absences.kinds.size, absences.lateness], [0, 0]);
});

Deno.test("FlvOutput keeps everything until it is read, with one header", () => {
  const output = new FlvOutput();
  const kinds = new Set<Kind>(["video"]);
  const pieces: number[] = [];
  output.put(media("avc1", 1, 2, 3), 0, kinds);
  output.put(media("avc1", 4), 40, kinds);
  let isComplete = false;
  output.attach((bytes) => pieces.push(bytes.length), () => isComplete = true);
  output.put(media("avc1", 5), 80, kinds);
  assertEquals([pieces, isComplete], [[13 + 11 + 3 + 4, 11 + 1 + 4, 11 + 1 + 4], false]);
  output.end();
  assertEquals(isComplete, true);
});
