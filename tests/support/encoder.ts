/**
 * An encoder that sends a clip again and again at its own pace, and does what encoders do: changes
 * what it sends, loses its clock or its connection, sends nonsense.
 *
 * @module
 */

import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { isSequenceHeader, mediaKind } from "../../src/flv/tag_kind.ts";
import { makeClip } from "./ffmpeg.ts";
import { mediaOf, tagsOf } from "./media.ts";
import { RawClient } from "./raw_client.ts";

/** How often it sends what is due, in milliseconds. */
const INTERVAL = 20;

/** Milliseconds of a clip: each begins with a keyframe. */
const LENGTH = 2_000;

/** A clip of two seconds: H.264 without B-frames, a keyframe a second, and sound. */
export async function liveClip(size: string, sound = "aac -ac 2"): Promise<FlvTag[]> {
  const path = await makeClip(
    `live-${size}-${sound.replaceAll(" ", "")}.flv`,
    `-f lavfi -i testsrc2=size=${size}:rate=25 -f lavfi -i sine=frequency=440:sample_rate=48000 ` +
      "-t 2 -c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -g 25 -b:v 300k " +
      `-ar 44100 -c:a ${sound}`,
  );
  return mediaOf(tagsOf(await Deno.readFile(path)));
}

/** What it sends. */
export interface EncoderOptions {
  clip: FlvTag[];
  audio?: boolean;
  video?: boolean;
}

/** One publication that goes on until it is cut or ended. */
export class Encoder implements Disposable {
  /** What is sent from now on; headers are sent again when the clip is another one. */
  audio: boolean;
  video: boolean;
  /** What is added to its times, in milliseconds. */
  shift = 0;
  readonly #client: RawClient;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #begun = performance.now();
  readonly #announced = new Set<string>();
  #clip: FlvTag[];
  /** Whole milliseconds since the beginning: what has been sent, and where the clip began. */
  #sent = 0;
  #clipAt = 0;

  private constructor(client: RawClient, { clip, audio = true, video = true }: EncoderOptions) {
    this.#client = client;
    this.#clip = clip;
    this.audio = audio;
    this.video = video;
    this.#timer = setInterval(() => this.#send(), INTERVAL);
  }

  /** Publishes `live/<name>`. */
  static async start(port: number, name: string, options: EncoderOptions): Promise<Encoder> {
    return new Encoder(await RawClient.publish(port, name), options);
  }

  /** Goes on with another clip. */
  use(clip: FlvTag[]): void {
    this.#clip = clip;
    this.#clipAt = this.#sent;
    this.#announced.clear();
  }

  /** Sends tags that are not in the clip, as of now. */
  inject(...tags: Omit<FlvTag, "timestamp">[]): void {
    this.#client.sendTags(tags.map((tag) => ({ ...tag, timestamp: this.#sent + this.shift })));
  }

  /** Loses its connection. */
  cut(): void {
    clearInterval(this.#timer);
    this.#client.reset();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#client[Symbol.dispose]();
  }

  #send(): void {
    const now = Math.floor(performance.now() - this.#begun);
    const due: FlvTag[] = [];
    while (this.#sent < now) {
      const rounds = Math.floor((this.#sent - this.#clipAt) / LENGTH);
      const round = this.#clipAt + rounds * LENGTH;
      const until = Math.min(now, round + LENGTH);
      for (const tag of this.#clip) {
        const time = round + tag.timestamp;
        if (this.#isWanted(tag, time, until)) due.push({ ...tag, timestamp: time + this.shift });
      }
      this.#sent = until;
    }
    this.#client.sendTags(due);
  }

  #isWanted(tag: FlvTag, time: number, until: number): boolean {
    if (tag.type === "audio" ? !this.audio : !this.video) return false;
    if (isSequenceHeader(tag)) {
      if (this.#announced.has(tag.type)) return false;
      this.#announced.add(tag.type);
      return true;
    }
    // Nor the end of the sequence, nor what is behind the clip's two seconds.
    if (mediaKind(tag.type, tag.data) === "otherTags" || tag.timestamp >= LENGTH) return false;
    return time >= this.#sent && time < until;
  }
}
