/**
 * What a feed has of its channel.
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

/** The channel, as its feeds see it. */
export interface FeedContext {
  readonly clock: Clock;
  /** The timestamps of the channel's tags, which continue from one publication to the next. */
  readonly rebaser: TimestampRebaser;
  /** Knows the frames of the publication before again, if this one may begin with them. */
  readonly resentFrames: ResentFrames;
  readonly resends: boolean;
  readonly gopCache: GopCacheLimits;
  /** What all channels together may keep. */
  readonly budget: MediaBudget | undefined;
  /** Resolves when the publication before this one has been given. */
  readonly previousDelivered: Promise<void>;
  /** Makes a consumer of the channel. */
  addSubscriber(options: SubscribeOptions): Subscriber;
  /** The media of the publication that has been given last, if one has. */
  previousMedia(): PublishedMedia | undefined;
  /** The publication has been given: these consumers, who had these media, wait for the next. */
  onDelivered(viewers: Subscriber[], media: PublishedMedia): void;
}
