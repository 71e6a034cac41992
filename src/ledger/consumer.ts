/**
 * A consumer of publications, as the ledger names it.
 *
 * @module
 */

/** Whether a consumer holds the publisher back or is skipped forward when it is slow. */
export type ConsumerMode = "lossless" | "live";

/** The facts that identify a consumer. */
export interface Consumer {
  /** The unique id of the consumer, the same in every publication that it gets. */
  readonly id: string;
  /** The kind of consumer: `recording`, `http-flv` and so on. */
  readonly kind: string;
  /** Lossless or live. */
  readonly mode: ConsumerMode;
  /** Its address, as `address:port`, or the target of a push; `undefined` for a local consumer. */
  readonly address: string | undefined;
  /** The id of its connection, as in the log; `undefined` if it has none. */
  readonly connection: string | undefined;
  /** When it began to wait for tags. */
  readonly since: Date;
  /** Whether an operator has ended its connection. */
  readonly kicked: boolean;
}

/** Why a consumer did not get a tag. */
export type DropReason =
  /** It joined between keyframes, and its decoder needs a keyframe first. */
  | "before-keyframe"
  /** Its decoder needs a header that has not been published yet. */
  | "before-header"
  /** It has had the tag already: a relay that has reconnected sends it again. */
  | "already-had"
  /** It read too slowly, and was skipped forward to the next keyframe. */
  | "slow-subscriber"
  /** Its queue was among the largest when all together were too large, and it was skipped forward. */
  | "memory-limit"
  /** It has paused. */
  | "paused"
  /** It has asked not to get this kind, or does not support the codec. */
  | "not-wanted"
  /** It disconnected, or failed, before it had read everything. */
  | "consumer-left";
