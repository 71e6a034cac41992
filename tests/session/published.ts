/**
 * A publication, what to send to it, and whether its books are right.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import type { MediaCounts } from "../../src/ledger/counts.ts";
import type { PublicationLedger } from "../../src/ledger/publication_ledger.ts";
import { MessageType, type RtmpMessage } from "../../src/message/message.ts";
import type { Publication } from "../../src/publication/publication.ts";
import { Peer } from "./peer.ts";

/** Counts that stand at zero. */
export const NOTHING: MediaCounts = { videoFrames: 0, audioFrames: 0, scriptTags: 0, otherTags: 0 };

/** A peer that publishes, and what it publishes. */
export async function publish(): Promise<{ peer: Peer; publication: Publication }> {
  const peer = await Peer.publish("demo");
  return { peer, publication: peer.program.publications[0]! };
}

/** A message of message stream 1. */
export function message(typeId: number, payload: Uint8Array): RtmpMessage {
  return { chunkStreamId: 4, messageStreamId: 1, typeId, timestamp: 0, payload };
}

/** A data message. */
export const data = (...values: unknown[]): RtmpMessage =>
  message(MessageType.DataAmf0, encodeAmf0(...values));

/** Whether every kind that was received is where it should be. */
export function assertBalanced(ledger: PublicationLedger): void {
  assertEquals(ledger.balance(), 0);
  const { received, tags, unread, inFlight } = ledger;
  const found = { ...NOTHING };
  for (const kind of Object.keys(found) as (keyof MediaCounts)[]) {
    found[kind] = tags[kind] + unread[kind] + inFlight[kind];
  }
  assertEquals(found, received);
}
