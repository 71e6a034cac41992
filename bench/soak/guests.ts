/**
 * Those who come to a server and go again, well-behaved or not.
 *
 * @module
 */

import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { playRtmp, type RtmpPlayer } from "../../src/client/play.ts";
import { publishRtmp } from "../../src/client/publish.ts";
import { videoTag } from "../../tests/support/media.ts";
import { handshakeBytes, RawClient } from "../../tests/support/raw_client.ts";

/** Where the guests go. */
export interface Place {
  /** The port of RTMP. */
  port: number;
  /** Where HTTP is, without a path. */
  http: string;
}

/** Comes, does something for a while, and goes. */
export type Guest = (place: Place) => Promise<void>;

/** So few names that publishers often want the same one, and players often find a publisher. */
const NAMES = 6;

/** The longest that a guest stays, in milliseconds. */
const LONGEST_STAY = 6_000;

/** How long players wait for a publisher, in milliseconds. */
const PATIENCE = 2_000;

/** All kinds, by name. */
export const GUESTS: Record<string, Guest> = {
  /** Publishes at live pace, and ends in an orderly way. */
  async publisher(place) {
    const publisher = await publishRtmp(url(place));
    await stream(25).pipeTo(publisher.writable);
  },

  /** Publishes as fast as it can. */
  async flood(place) {
    const publisher = await publishRtmp(url(place));
    await stream(Infinity).pipeTo(publisher.writable);
  },

  /** Goes without a word, in the middle of things. */
  async vanisher(place) {
    const publisher = await publishRtmp(url(place));
    await stream(25).pipeTo(publisher.writable, { preventClose: true });
    await publisher.writable.abort();
  },

  /** Its system resets the connection. */
  async resetter({ port }) {
    const client = await RawClient.publish(port, anyName());
    client.sendTags(Array.from({ length: 200 }, (_, i) => videoTag(i)));
    await pause(Math.random() * 1000);
    client.reset();
  },

  /** Watches over RTMP. */
  async player(place) {
    await watch(await playRtmp(url(place), { timeout: PATIENCE }), 0);
  },

  /** Watches over RTMP, and takes little. */
  async slowPlayer(place) {
    await watch(await playRtmp(url(place), { timeout: PATIENCE }), 100);
  },

  /** Watches over HTTP. */
  async viewer({ http }) {
    const signal = AbortSignal.timeout(stay());
    const response = await fetch(`${http}/live/${anyName()}.flv?wait=2`, { signal });
    for await (const _ of response.body ?? []);
  },

  /** Sends noise. */
  async noise({ port }) {
    const bytes = crypto.getRandomValues(new Uint8Array(4096));
    await send(port, bytes);
  },

  /** Sends noise behind the handshake. */
  async lateNoise({ port }) {
    const bytes = new Uint8Array(8192);
    crypto.getRandomValues(bytes).set(handshakeBytes());
    await send(port, bytes);
  },

  /** Comes and says nothing. */
  async silence({ port }) {
    await send(port, new Uint8Array(0));
  },
};

/** Video at so many frames a second, for a while. */
function stream(rate: number): ReadableStream<FlvTag> {
  const end = performance.now() + stay();
  let index = 0;
  return new ReadableStream({
    async pull(controller) {
      if (performance.now() > end) return controller.close();
      if (rate < Infinity) await pause(1000 / rate);
      controller.enqueue(videoTag(index++, 12_000));
    },
  });
}

/** Reads for a while; there may be nothing to read. */
async function watch(player: RtmpPlayer, wait: number): Promise<void> {
  const timer = setTimeout(() => void player.close(), stay());
  try {
    for await (const _ of player.readable) if (wait > 0) await pause(wait);
  } finally {
    clearTimeout(timer);
  }
}

async function send(port: number, bytes: Uint8Array): Promise<void> {
  using conn = await Deno.connect({ port });
  await conn.write(bytes);
  await pause(Math.random() * 1000);
}

function url({ port }: Place): string {
  return `rtmp://127.0.0.1:${port}/live/${anyName()}`;
}

function anyName(): string {
  return `s${Math.floor(Math.random() * NAMES)}`;
}

function stay(): number {
  return Math.random() * LONGEST_STAY;
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
