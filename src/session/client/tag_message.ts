/**
 * Tags as a client sends them.
 *
 * @module
 */

import { concat } from "@std/bytes";
import type { FlvTag, FlvTagType } from "../../flv/flv_tag.ts";
import { MESSAGE_TYPES } from "../../flv/message_types.ts";
import { isMetadata } from "../../flv/tag_kind.ts";
import { SET_DATA_FRAME } from "../../flv/tag_stream.ts";
import type { RtmpMessage } from "../../message/message.ts";

/** Each kind has a chunk stream of its own, as FFmpeg has it. */
const CHUNK_STREAMS: Readonly<Record<FlvTagType, number>> = { audio: 4, video: 6, script: 8 };

/** The message that carries a tag. Its time is cut to 32 bits: the wire's clock wraps. */
export function toMessage(tag: FlvTag, messageStreamId: number): RtmpMessage {
  const { type, timestamp, data } = tag;
  return {
    chunkStreamId: CHUNK_STREAMS[type],
    messageStreamId,
    typeId: MESSAGE_TYPES[type],
    timestamp: timestamp % 2 ** 32,
    payload: isMetadata(tag) ? concat([SET_DATA_FRAME, data]) : data,
  };
}
