/**
 * The peers that an attack must not disturb: a publisher at live pace, one who watches over RTMP, one
 * who watches over HTTP, and an operator whose monitor asks whether the server is well.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { playRtmp } from "../../src/client/play.ts";
import { FlvReader } from "../support/http.ts";
import { videoTag } from "../support/media.ts";
import { RawClient } from "../support/raw_client.ts";
import { until } from "../support/wait.ts";
import { HealthMonitor } from "./health_monitor.ts";

/** Interval between two frames, in milliseconds. */
const FRAME_INTERVAL = 40;

/** Bytes in a frame. */
const FRAME_SIZE = 5_000;

/** Frames that have to arrive for the peers to go on. */
const FRAMES = 10;

/** Where the peers find the server. */
export interface Place {
  port: number;
  http: string;
  pid: number;
}

/** All of them, from the first frame to the last: every frame has to arrive everywhere. */
export class HonestPeers implements AsyncDisposable {
  readonly monitor: HealthMonitor;
  readonly #publisher: RawClient;
  readonly #stop = new AbortController();
  readonly #sent: FlvTag[] = [];
  readonly #timer: ReturnType<typeof setInterval>;
  #viewer!: FlvReader;
  readonly #played: FlvTag[] = [];
  #playing!: Promise<void>;
  /** What the player's connection ended with. */
  #failure: unknown;

  private constructor(publisher: RawClient, place: Place) {
    this.#publisher = publisher;
    this.monitor = new HealthMonitor(place);
    this.#timer = setInterval(() => this.#send(), FRAME_INTERVAL);
  }

  /**
   * Resolves when frames arrive everywhere.
   *
   * @param streamKey What the publisher needs, if the server asks for it.
   */
  static async begin(place: Place, streamKey?: string): Promise<HonestPeers> {
    const name = streamKey === undefined ? "honest" : `honest?key=${streamKey}`;
    const peers = new HonestPeers(await RawClient.publish(place.port, name), place);
    const { signal } = peers.#stop;
    const { body } = await fetch(`${place.http}/live/honest.flv?wait=60`);
    peers.#viewer = new FlvReader(body!.pipeThrough(new TransformStream(), { signal }));
    peers.#viewer.done.catch(() => {});
    peers.#playing = peers.#play(`rtmp://127.0.0.1:${place.port}/live/honest`);
    peers.#playing.catch((error) => peers.#failure = error);
    await peers.goOn();
    await peers.monitor.begin();
    return peers;
  }

  /** Frames that the publisher has sent so far. */
  get frames(): number {
    return this.#sent.length;
  }

  /** Waits until frames that were sent after this have arrived everywhere. */
  async goOn(): Promise<void> {
    await this.#arrived(this.#sent.length + FRAMES);
  }

  /** Sends no more; all that was sent since each of them came must have arrived. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#arrived(this.#sent.length);
    for (const frames of this.#watched) {
      const sent = this.#sent.slice(-frames.length);
      assertEquals(frames.map(({ data }) => data), sent.map(({ data }) => data));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.monitor[Symbol.asyncDispose]();
    this.#publisher[Symbol.dispose]();
    this.#stop.abort();
    await Promise.allSettled([this.#viewer?.done, this.#playing]);
  }

  get #watched(): FlvTag[][] {
    return [this.#viewer.tags, this.#played]
      .map((tags) => tags.filter(({ type }) => type === "video"));
  }

  async #arrived(count: number): Promise<void> {
    await until(
      () => `frame ${count}: ${this.#state()}`,
      () => {
        if (this.#publisher.ended) throw new Error("The honest publisher was cut off");
        if (this.#failure) throw this.#failure;
        return this.#sent.length >= count &&
          this.#watched.every((frames) =>
            (frames.at(-1)?.timestamp ?? -1) >= (count - 1) * FRAME_INTERVAL
          );
      },
    );
  }

  #state(): string {
    return `${this.#sent.length} sent, ${this.#watched.map(({ length }) => length)} arrived`;
  }

  async #play(url: string): Promise<void> {
    await using player = await playRtmp(url);
    this.#stop.signal.addEventListener("abort", () => player[Symbol.asyncDispose]());
    for await (const tag of player.readable) this.#played.push(tag);
  }

  #send(): void {
    const tag = videoTag(this.#sent.length, FRAME_SIZE);
    this.#sent.push(tag);
    this.#publisher.sendTags([tag]);
  }
}
