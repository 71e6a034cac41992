/**
 * An encoder that goes on sending frames until it is stopped, none of which is like another.
 *
 * @module
 */

import { equals } from "@std/bytes";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { RawClient, STREAM_ID } from "./raw_client.ts";
import { until } from "./wait.ts";

/** Milliseconds between two frames: more than real encoders send, so that tests are short. */
const INTERVAL = 10;

/** Frames from one keyframe to the next. */
const GROUP = 25;

/** Publishes video of a stream of its own. */
export class LiveEncoder implements Disposable {
  /** What it has sent so far. */
  readonly sent: FlvTag[] = [];
  readonly client: RawClient;
  #timer: ReturnType<typeof setInterval> | undefined;

  readonly #group: number;

  private constructor(client: RawClient, group: number) {
    this.client = client;
    this.#group = group;
    this.#timer = setInterval(() => this.#send(), INTERVAL);
  }

  /**
   * Publishes `live/<name>`, and waits until some frames have been sent.
   *
   * @param address Where it comes from, as `127.0.0.2`.
   * @param group Frames from one keyframe to the next.
   */
  static async start(
    port: number,
    name = "demo",
    address?: string,
    group = GROUP,
  ): Promise<LiveEncoder> {
    const encoder = new LiveEncoder(await RawClient.publish(port, name, "live", address), group);
    await encoder.frames(3);
    return encoder;
  }

  /** Whether a frame is one that it has sent. */
  has({ data }: FlvTag): boolean {
    return this.sent.some((tag) => equals(tag.data, data));
  }

  /** Waits until it has sent this number of frames more. */
  async frames(count: number): Promise<void> {
    const enough = this.sent.length + count;
    await until("the encoder to send", () => {
      if (this.client.ended) throw new Error(`Closed: ${JSON.stringify(this.client.statuses)}`);
      return this.sent.length >= enough;
    });
  }

  /** Sends nothing more; the connection stays. */
  pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Ends its stream as encoders do. */
  end(): void {
    this.pause();
    this.client.command("deleteStream", 0, null, STREAM_ID);
  }

  /** Ends like a program that is killed. */
  [Symbol.dispose](): void {
    this.pause();
    this.client[Symbol.dispose]();
  }

  #send(): void {
    const index = this.sent.length;
    const data = crypto.getRandomValues(new Uint8Array(300));
    data.set([index % this.#group === 0 ? 0x17 : 0x27, 1, 0, 0, 0]);
    const tag: FlvTag = { type: "video", timestamp: index * INTERVAL, data };
    this.sent.push(tag);
    this.client.sendTags([tag]);
  }
}
