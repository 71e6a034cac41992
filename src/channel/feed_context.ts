/**
 * The interface of a channel to its feeds.
 *
 * @module
 */

import type { Clock } from "../time/clock.ts";
import type { TimestampRebaser } from "./timestamp_rebaser.ts";
import type { GopCacheLimits } from "./gop_cache.ts";
import type { MediaBudget } from "./media_budget.ts";
import type { PublishedMedia } from "./published_media.ts";
import type { ResentFrames } from "./resent_frames.ts";
import type { Subscriber } from "./subscriber.ts";
import type { SubscribeOptions } from "./subscription.ts";

/** The parts of a channel that its feeds use. */
export interface FeedContext {
  readonly clock: Clock;
  /** Keeps the timestamps continuous from one publication to the next. */
  readonly rebaser: TimestampRebaser;
  /** Recognizes frames of the previous publication, if this one may begin with them. */
  readonly resentFrames: ResentFrames;
  readonly resends: boolean;
  readonly gopCache: GopCacheLimits;
  /** The shared memory limit of all channels. */
  readonly budget: MediaBudget | undefined;
  /** Resolves when all tags of the previous publication have been delivered. */
  readonly previousDelivered: Promise<void>;
  /** Adds a consumer to the channel. */
  addSubscriber(options: SubscribeOptions): Subscriber;
  /** The media of the previous publication, if there was one. */
  previousMedia(): PublishedMedia | undefined;
  /**
   * Called when all tags have been delivered, with the viewers that wait for the next publication
   * and the media that they had.
   */
  onDelivered(viewers: Subscriber[], media: PublishedMedia): void;
}
