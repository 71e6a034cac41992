/**
 * The types of the API's answers, and of the page's modules.
 *
 * @module
 */

import type { ConsumerMode } from "../../ledger/consumer.ts";
import type { MediaCounts } from "../../ledger/counts.ts";
import type { StreamDescription } from "../api/describe_stream.ts";
import type { EndedStreamDescription } from "../api/ended_streams.ts";

export type { MediaCounts };
export type { ServerDescription } from "../api/server_routes.ts";

/** The ledger of one consumer, as JSON. */
export interface Consumer {
  id: string;
  kind: string;
  mode: ConsumerMode;
  address: string | null;
  connection: string | null;
  since: string;
  offered: MediaCounts;
  delivered: MediaCounts;
  inFlight: Partial<MediaCounts>;
  dropped: Record<string, MediaCounts>;
}

/** The sums of consumers that have left. */
export interface Departed {
  kind: string;
  mode: ConsumerMode;
  count: number;
  delivered: MediaCounts;
  dropped: MediaCounts;
}

/** The ledger of a publication, as JSON. */
export interface Ledger {
  received: MediaCounts & {
    bytes: number;
    chunks: number;
    messages: number;
    discarded: Record<string, number>;
  };
  tags: MediaCounts;
  inFlight: MediaCounts;
  unread: MediaCounts;
  consumers: Consumer[];
  departed: Departed[];
  balance: number;
}

/** A live stream, as JSON. */
export interface Stream extends Omit<StreamDescription, "ledger"> {
  ledger: Ledger;
}

/** A stream that has ended, as JSON. */
export interface EndedStream extends Stream, Pick<EndedStreamDescription, "endedAt" | "end"> {}

/** A running recording. */
export interface Recording {
  id: string;
  stream: string;
}

/** The counters of a stream at one time. */
export interface Sample {
  /** Milliseconds, by the clock of the page. */
  time: number;
  bytes: number;
  frames: number;
}

/** A point of a chart. */
export interface Point {
  time: number;
  value: number;
}

/** A kind of media. */
export type Kind = "audio" | "video";

/** An FLV tag that the player can use. */
export interface Media {
  kind: Kind;
  /** Its FourCC. */
  codec: string;
  /** Whether it is a decoder configuration; otherwise it is a frame. */
  isConfiguration: boolean;
  isKeyframe: boolean;
  /** The encoder's time, in milliseconds. */
  time: number;
  /** The tag's body. */
  data: Uint8Array<ArrayBuffer>;
}
