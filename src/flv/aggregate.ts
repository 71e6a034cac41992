/**
 * Aggregate messages, taken apart (RTMP 1.0, section 7.1.6).
 *
 * @module
 */

import { readUint24 } from "../bytes/integers.ts";
import { carriesTag, MessageType, type RtmpMessage } from "../message/message.ts";
import { readTagTime, TAG_HEADER_LENGTH } from "./tag_header.ts";

/** The back pointer after each sub-message. */
const BACK_POINTER_LENGTH = 4;

/**
 * Gives the messages inside an aggregate one by one, with their times moved so that the first has
 * the aggregate's. What becomes a tag is a copy, made at its turn: a million may be in one, and a
 * small one that is kept must not keep the whole of it alive.
 *
 * The sub-messages lie in the format of FLV tags, times included, as Flash Media Server and all
 * receivers have it.
 *
 * @returns Whether the aggregate was well-formed. What is whole before a malformed part is given;
 * aggregates inside are not.
 */
export function* splitAggregate(aggregate: RtmpMessage): Generator<RtmpMessage, boolean, void> {
  const { payload, chunkStreamId, messageStreamId } = aggregate;
  const offset = payload.length >= TAG_HEADER_LENGTH
    ? aggregate.timestamp - readTagTime(payload, 0)
    : 0;
  let wellFormed = true;
  let at = 0;
  while (at < payload.length) {
    const start = at + TAG_HEADER_LENGTH;
    if (start > payload.length) return false;
    const end = start + readUint24(payload, at + 1);
    if (end > payload.length) return false;
    const typeId = payload[at]!;
    if (typeId === MessageType.Aggregate) {
      wellFormed = false;
    } else {
      yield {
        chunkStreamId,
        messageStreamId,
        typeId,
        timestamp: (readTagTime(payload, at) + offset) >>> 0,
        payload: carriesTag(typeId) ? payload.slice(start, end) : payload.subarray(start, end),
      };
    }
    at = end + BACK_POINTER_LENGTH;
  }
  return wellFormed;
}
