/**
 * Makes `docs/page.png`: a server with a few streams, of which one has all kinds of consumers.
 *
 *     deno run -A tests/page/picture.ts
 *
 * @module
 */

import { openPage, withBrowser } from "../support/browser.ts";
import { makeClip, run } from "../support/ffmpeg.ts";
import { startHttpApp } from "../support/http.ts";
import { until } from "../support/wait.ts";

const PICTURE = new URL("../../docs/page.png", import.meta.url).pathname;

/** So long it takes until a slow viewer has lost something, and charts have a shape, in milliseconds. */
const EXPOSURE = 75_000;

const COLOURS = "c0=0x0b2530:c1=0x0b6f73:c2=0x45c4bf:c3=0xf2b880:c4=0xc8553d:c5=0x1b2a49";

const ENCODER = "-t 24 -c:v libx264 -preset veryfast -pix_fmt yuv420p -c:a aac -ac 2";

/** Streams by their paths. */
const STREAMS: Record<string, string> = {
  "live/aurora": `-f lavfi -i gradients=s=1280x720:r=30:n=6:type=spiral:${COLOURS}:x0=476:y0=104:` +
    `x1=804:y1=616:speed=0.001 -f lavfi -i sine=330:r=48000 ${ENCODER} -g 60 -b:v 3M`,
  "live/garden": `-f lavfi -i testsrc2=size=640x360:rate=25 ${ENCODER} -g 50 -b:v 800k`,
  "studio/desk": `-f lavfi -i mandelbrot=s=960x540:r=24 -f lavfi -i sine=220 ${ENCODER} -g 48 ` +
    "-b:v 1500k",
};

const recordings = await Deno.makeTempDir({ prefix: "sluice-picture-" });
const app = await startHttpApp(
  ...["--api-token", "token", "--record-on-demand", recordings, "--timeout", "600"],
);
const rtmp = `rtmp://127.0.0.1:${app.port}`;
const children: Deno.ChildProcess[] = [];

for (const [path, recipe] of Object.entries(STREAMS)) {
  const clip = await makeClip(`picture-${path.replace("/", "-")}.flv`, recipe);
  ffmpeg(`-re -stream_loop -1 -i ${clip} -c copy -f flv ${rtmp}/${path}`);
}
await until("three publications", () => app.app.rtmp.ledger.current.size === 3);
ffmpeg(`-i ${rtmp}/live/aurora -c copy -f null -`);
watchSlowly(`${app.url}/live/aurora.flv`);
await fetch(`${app.url}/api/v1/recordings`, {
  method: "POST",
  headers: { "authorization": "Bearer token", "content-type": "application/json" },
  body: JSON.stringify({ stream: "live/aurora" }),
}).then((response) => response.body?.cancel());

await withBrowser(async (browser) => {
  const viewport = { width: 1280, height: 960 };
  const { page } = await openPage(browser, app.url, { viewport });
  await page.evaluate("sessionStorage.setItem('sluice.token', 'token')");
  await pause(EXPOSURE);
  const { y, height } = (await page.locator("#ledger").boundingBox())!;
  const clip = { x: 0, y: 0, width: viewport.width, height: Math.round(y + height + 12) };
  await page.screenshot({ path: PICTURE, fullPage: true, clip });
});
// 256 colours are enough, and a third of the bytes.
const palette = "split[a][b];[a]palettegen=stats_mode=full[p];[b][p]paletteuse=dither=none";
const small = `${recordings}/page.png`;
await run("ffmpeg", ["-y", "-i", PICTURE, "-vf", palette, small]);
await Deno.copyFile(small, PICTURE);

for (const child of children) child.kill();
await Promise.all(children.map((child) => child.status));
await app[Symbol.asyncDispose]();
await Deno.remove(recordings, { recursive: true });
Deno.exit();

function ffmpeg(args: string): void {
  const command = new Deno.Command("ffmpeg", {
    args: ["-loglevel", "error", ...args.split(" ")],
    stdin: "null",
  });
  children.push(command.spawn());
}

/** A viewer whose network takes a quarter of what is sent. */
async function watchSlowly(url: string): Promise<void> {
  const { body } = await fetch(url);
  for await (const bytes of body!) await pause(bytes.length / 100);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
