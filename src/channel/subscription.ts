/**
 * What a consumer of a channel asks for, and what it gets.
 *
 * @module
 */

import type { FlvTag } from "../flv/flv_tag.ts";
import type { ConsumerMode } from "../ledger/consumer.ts";
import type { ConsumerLedger } from "../ledger/consumer_ledger.ts";
import type { MediaKind } from "../ledger/counts.ts";
import type { Lag } from "./lag.ts";

/** What a consumer asks for. */
export interface SubscribeOptions {
  /** What it is, for the ledger: `recording`, `http-flv` and so on. */
  kind: string;
  /** `lossless` holds the publisher back, `live` is skipped forward. */
  mode: ConsumerMode;
  /** Where it connects from, as `address:port`, or where it leads, for the ledger. */
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
   * Whether it announces its media before the first frame, as an FLV file does in its header, and
   * so can carry no other media. It ends when the next publication of the name has other kinds,
   * tracks or codecs. A live one gets no AAC before the header of AAC. `false` by default.
   */
  announces?: boolean;
  /**
   * Called when the consumer, a live one, begins to lose tags, and when it has kept up again. What it
   * throws or rejects with fails `tags`.
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
   * What the consumer gets. Cancelling it ends the subscription. Each tag is its own, to be written
   * to or transferred to a worker, unless it asked for shared ones.
   */
  readonly tags: ReadableStream<FlvTag>;
  /** What was offered, delivered, dropped. */
  readonly ledger: ConsumerLedger;
  /** Whether it stays for the next publication of the name. */
  readonly survivesPublication: boolean;
  /** Resolves when there is something for the consumer. */
  readonly started: Promise<void>;
  /** Resolves when the consumer has read everything, or has left. */
  readonly done: Promise<void>;
  /** Why it was ended before its channel was, if it was. */
  readonly endReason: string | undefined;
  /** Which kinds of media have come: those of which there was a frame for the consumer. */
  readonly media: { audio: boolean; video: boolean };
  /** Whether everything that the consumer wants has come, so that `media` does not change. */
  readonly hasAllMedia: boolean;
  /** For how long the publication has been giving tags, in milliseconds. */
  readonly sourceAge: number;
  /** For how long the consumer has not asked for the tags that wait for it, in milliseconds. */
  readonly stalledFor: number;
  /** Pauses (`true`), during which every tag is dropped, or resumes (`false`) at a keyframe. */
  pause(paused: boolean): void;
  /** Turns one kind of media off, or on again; video comes back with a keyframe. */
  receive(type: "audio" | "video", wanted: boolean): void;
  /**
   * Whether frames of a kind are published that the consumer wants and has not had yet, such as
   * video of which no keyframe has come.
   */
  expects(type: "audio" | "video"): boolean;
}
