/**
 * What a consumer of a publication is.
 *
 * @module
 */

/** Whether a consumer holds the publisher back or is skipped forward when it is slow. */
export type ConsumerMode = "lossless" | "live";

/** What tells a consumer from others. */
export interface Consumer {
  /** Tells this consumer from all others; the same in every publication that it gets. */
  readonly id: string;
  /** What it is: `recording`, `http-flv` and so on. */
  readonly kind: string;
  /** Lossless or live. */
  readonly mode: ConsumerMode;
  /** Where it connects from, as `address:port`, or where it leads; `undefined` if it is in here. */
  readonly address: string | undefined;
  /** The id of its connection, as in the log; `undefined` if it has none. */
  readonly connection: string | undefined;
  /** When it began to wait for tags. */
  readonly since: Date;
  /** Whether an operator has ended its connection. */
  readonly kicked: boolean;
}

/** Why a consumer did not get what it was to get. */
export type DropReason =
  /** It came in the middle, and a decoder needs a keyframe first. */
  | "before-keyframe"
  /** Its decoder needs a header that has not been published yet. */
  | "before-header"
  /** It has had it already: a relay that has connected again sends it once more. */
  | "already-had"
  /** It took too long to read, and was skipped forward to the next keyframe. */
  | "slow-subscriber"
  /** It had much to read when the server kept too much for all, and was skipped forward likewise. */
  | "memory-limit"
  /** It has paused. */
  | "paused"
  /** It has asked not to get this kind, or does not know the codec. */
  | "not-wanted"
  /** It left, or failed, before it had read everything. */
  | "consumer-left";
