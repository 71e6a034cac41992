/**
 * The page goes on playing, without a click, whatever an encoder does.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { CHROMIUM, openPage, withBrowser } from "../support/browser.ts";
import { Encoder, liveClip } from "../support/encoder.ts";
import { startHttpApp } from "../support/http.ts";
import { toolTest } from "../support/tools.ts";
import { until } from "../support/wait.ts";
import { forget, pictureMoves, playing, soundMoves, WATCH } from "./watching.ts";

const HOUR = 3_600_000;

await toolTest([CHROMIUM, "ffmpeg"], "the page keeps playing", async (test) => {
  const small = await liveClip("320x180");
  const large = await liveClip("640x360");
  const mono = await liveClip("320x180", "aac -ac 1");
  const mp3 = await liveClip("320x180", "libmp3lame");
  await withBrowser(async (browser) => {
    await using app = await startHttpApp();
    const { page, complaints } = await openPage(browser, "about:blank");
    let encoder = await Encoder.start(app.port, "demo", { clip: small });
    const back = async (clip = small, kinds = {}) => {
      encoder.cut();
      await page.waitForTimeout(1_000);
      encoder = await Encoder.start(app.port, "demo", { clip, ...kinds });
    };
    await page.goto(app.url);
    await page.evaluate(WATCH);
    await pictureMoves(page, "at the beginning");

    /** Something happens to the encoder; the picture has to go on after it. */
    const situation = (
      what: string,
      happen: () => void | Promise<void>,
      expected: { width?: number; sound?: boolean } = { width: 320, sound: true },
    ) =>
      test.step(what, async () => {
        await forget(page);
        await happen();
        await becomes(page, expected);
        await (expected.width === undefined ? soundMoves : pictureMoves)(page, what);
      });

    await situation("a larger picture", () => encoder.use(large), { width: 640, sound: true });
    await situation("a smaller picture", () => encoder.use(small));
    await situation("sound in mono", () => encoder.use(mono));
    await situation("sound of another codec", () => encoder.use(mp3));
    await situation("that comes back with the first codec", () => back());
    await situation("an encoder that comes back", () => back());
    await situation("that comes back larger", () => back(large), { width: 640, sound: true });
    await situation("that comes back without sound", () => back(small, { audio: false }), {
      width: 320,
      sound: false,
    });
    await situation("sound that begins late", () => void (encoder.audio = true));
    await situation("that comes back without a picture", () => back(small, { video: false }), {
      sound: true,
    });
    await situation("a picture that begins late", () => void (encoder.video = true));
    await situation("sound that stops", () => void (encoder.audio = false), {
      width: 320,
      sound: false,
    });
    await situation("sound that is back", () => void (encoder.audio = true));
    await situation("a picture that stops", () => void (encoder.video = false), { sound: true });
    await situation("a picture that is back", () => void (encoder.video = true));
    await situation("times that jump ahead by an hour", () => void (encoder.shift += HOUR));
    await situation("times that jump back", () => void (encoder.shift -= HOUR / 2));
    await situation("times that jump ahead by five seconds", () => void (encoder.shift += 5_000));
    await situation("times that jump back by three seconds", () => void (encoder.shift -= 3_000));
    await situation("packets that make no sense", () =>
      encoder.inject(
        { type: "video", data: Uint8Array.of(0x27, 1, 0, 0, 0, 255, 255, 255, 255, 1, 2, 3) },
        { type: "audio", data: Uint8Array.of(0xaf, 0, 0xff) },
        { type: "video", data: Uint8Array.of(0x91, 0x41, 0x42, 0x43, 0x44, 0) },
        { type: "audio", data: Uint8Array.of(0x9d, 0x41, 0x42, 0x43, 0x44) },
        { type: "video", data: Uint8Array.of(0x17) },
      ));
    encoder[Symbol.dispose]();
    assertEquals(complaints, []);
  });
});

/** Waits until this is what is decoded. */
async function becomes(
  page: Page,
  { width, sound }: { width?: number; sound?: boolean },
): Promise<void> {
  await until(`a picture of the width ${width}, sound: ${sound}`, async () => {
    const now = await playing(page);
    return (now.width || undefined) === width && (now.sound > 0) === sound;
  });
}
