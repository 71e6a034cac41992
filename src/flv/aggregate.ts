/**
 * A splitter for aggregate messages (RTMP 1.0, section 7.1.6).
 *
 * @module
 */

import { readUint24 } from "../bytes/integers.ts";
import { carriesTag, MessageType, type RtmpMessage } from "../message/message.ts";
import { readTagTime, TAG_HEADER_LENGTH } from "./tag_header.ts";

/** Bytes of the back pointer after each sub-message. */
const BACK_POINTER_LENGTH = 4;

/**
 * Yields the messages inside an aggregate. Their times are shifted so that the first one has the
 * time of the aggregate. Messages that become tags are copied when they are yielded: an aggregate
 * can contain a million, and a kept tag must not keep all of it alive.
 *
 * Sub-messages have the format of FLV tags, including their times, as in Flash Media Server and all
 * receivers.
 *
 * @returns Whether the aggregate was well-formed. Whole messages before a malformed part are
 * yielded; nested aggregates are not.
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
