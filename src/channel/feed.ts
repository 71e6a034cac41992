/**
 * A feed: one publication of a channel.
 *
 * @module
 */

import type { FlvTag } from "../flv/flv_tag.ts";
import type { RateMeter } from "./rate_meter.ts";
import type { SubscribeOptions, Subscription } from "./subscription.ts";

/**
 * One publication of a `Channel`. Its own consumers get nothing of the publications before and
 * after it; viewers of the channel get all of them, one after the other.
 *
 * @example
 * ```ts
 * import { Channel, type FlvTag, PublicationLedger, ReceivedCounts } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const channel = new Channel();
 * const viewer = channel.subscribe({ kind: "example", mode: "live", survivesPublication: true });
 * const frames = async (tags: ReadableStream<FlvTag>) =>
 *   (await Array.fromAsync(tags)).map(({ data }) => data[1]);
 *
 * for (const frame of [1, 2]) {
 *   const feed = channel.open(new PublicationLedger(new ReceivedCounts()));
 *   const recording = feed.subscribe({ kind: "example", mode: "lossless" });
 *   const tag: FlvTag = { type: "audio", timestamp: 0, data: Uint8Array.of(0x2f, frame) };
 *   const running = feed.run(ReadableStream.from([tag]));
 *   assertEquals(await frames(recording.tags), [frame]);
 *   await running;
 * }
 * const ended = channel.end();
 * assertEquals(await frames(viewer.tags), [1, 2]);
 * await ended;
 * ```
 */
export interface Feed {
  /** The bitrate and frame rate. */
  readonly rate: RateMeter;
  /** The latest `onMetaData`. */
  readonly metadata: FlvTag | undefined;
  /**
   * A tag that identifies the codec: the latest sequence header, or the first frame if there is
   * none. It is `undefined` until a frame of this kind has arrived.
   */
  sample(type: "audio" | "video"): FlvTag | undefined;
  /**
   * Adds a consumer of this publication. One that is added before the first tag gets everything.
   *
   * @throws {TypeError} If the mode is invalid, or a callback is not a function.
   */
  subscribe(options: SubscribeOptions): Subscription;
  /**
   * Delivers all tags, after those of the previous publication. Resolves when every consumer that
   * ends with the publication has read all of its tags.
   *
   * @throws {TypeError} If it has been called before, or `tags` is not a stream, already has a
   * reader, or yields anything but tags.
   * @throws What the stream fails with. The publication then ends, and the next can start.
   */
  run(tags: ReadableStream<FlvTag>): Promise<void>;
}
