/**
 * Subscriptions: the options of a consumer, and what it gets.
 *
 * @module
 */

import type { FlvTag } from "../flv/flv_tag.ts";
import type { ConsumerMode } from "../ledger/consumer.ts";
import type { ConsumerLedger } from "../ledger/consumer_ledger.ts";
import type { MediaKind } from "../ledger/counts.ts";
import type { Lag } from "./lag.ts";

/** The options of a consumer. */
export interface SubscribeOptions {
  /** The kind of consumer, for the ledger: `recording`, `http-flv` and so on. */
  kind: string;
  /**
   * When the consumer is slow, `lossless` holds the publisher back, and `live` is skipped forward.
   */
  mode: ConsumerMode;
  /** The consumer's address, as `address:port`, or the target of a push, for the ledger. */
  address?: string;
  /** The id of its connection, for the ledger. */
  connection?: string;
  /** Whether it wants audio: `true` by default. */
  audio?: boolean;
  /** Whether it wants video: `true` by default. */
  video?: boolean;
  /**
   * Makes of each tag what the consumer understands, or leaves it out by `undefined`. Where it
   * throws or returns anything else, `tags` fails with the error after what waits, and no other
   * consumer does. It is told what kind of tag it is, so that it need not look.
   */
  filter?: (tag: FlvTag, kind: MediaKind) => FlvTag | undefined;
  /**
   * Whether it stays for the next publication of the name if the publisher reconnects soon; otherwise
   * it ends with the publication.
   */
  survivesPublication?: boolean;
  /**
   * Whether it announces its media before the first frame, as an FLV file does in its header. Then
   * it ends when the next publication of the name has other kinds of media, tracks or codecs. A
   * live one gets no AAC frames before their header. `false` by default.
   */
  announces?: boolean;
  /**
   * Called when a live consumer begins to lose tags, and when it has recovered. An error or
   * rejection fails `tags`.
   */
  onLag?: (lag: Lag) => void;
  /**
   * Whether it shares its tags with other consumers instead of getting copies. Then it must neither
   * write to a tag nor transfer its memory, which would change the tags of all present and later
   * consumers. `false` by default.
   */
  shared?: boolean;
}

/**
 * One consumer: a stream of tags, and its ledger.
 *
 * @example
 * ```ts
 * import { Channel, FlvMuxerStream } from "@sluice/rtmp";
 *
 * // As a `Response`, this is HTTP-FLV.
 * const channel = new Channel();
 * const { tags } = channel.subscribe({
 *   kind: "http-flv",
 *   mode: "live",
 *   survivesPublication: true,
 *   shared: true,
 * });
 * const response = new Response(tags.pipeThrough(new FlvMuxerStream()));
 * await response.body?.cancel();
 * ```
 */
export interface Subscription {
  /**
   * The tags of the consumer. Cancelling the stream ends the subscription. The consumer owns each
   * tag, and may modify it or transfer it to a worker, unless it asked for shared tags.
   */
  readonly tags: ReadableStream<FlvTag>;
  /** The counts of offered, delivered and dropped tags. */
  readonly ledger: ConsumerLedger;
  /** Whether it stays for the next publication of the name. */
  readonly survivesPublication: boolean;
  /** Resolves when the first tag has been queued for the consumer. */
  readonly started: Promise<void>;
  /** Resolves when the consumer has read everything, or has left. */
  readonly done: Promise<void>;
  /** The reason why it was ended before its channel, if it was. */
  readonly endReason: string | undefined;
  /** The kinds of media of which the consumer has got a frame. */
  readonly media: { audio: boolean; video: boolean };
  /** Whether the consumer has got a frame of each kind of media that it wants. */
  readonly hasAllMedia: boolean;
  /** The time since the first tag of the publication, in milliseconds. */
  readonly sourceAge: number;
  /** How long the consumer has not read although tags are queued, in milliseconds. */
  readonly stalledFor: number;
  /** Pauses (`true`), during which every tag is dropped, or resumes (`false`) at a keyframe. */
  pause(paused: boolean): void;
  /** Turns one kind of media off, or on again; video resumes with a keyframe. */
  receive(type: "audio" | "video", wanted: boolean): void;
  /**
   * Whether the consumer waits for its first frame of a kind that is being published, for example
   * for a keyframe.
   */
  expects(type: "audio" | "video"): boolean;
}
