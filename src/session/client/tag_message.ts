/**
 * The conversion of tags to messages, for a client.
 *
 * @module
 */

import { concat } from "@std/bytes";
import type { FlvTag, FlvTagType } from "../../flv/flv_tag.ts";
import { isMetadata } from "../../flv/tag_kind.ts";
import { SET_DATA_FRAME } from "../../flv/tag_stream.ts";
import { MessageType, type RtmpMessage } from "../../message/message.ts";

/** The chunk stream of each kind of tag, as in FFmpeg. */
const CHUNK_STREAMS: Readonly<Record<FlvTagType, number>> = { audio: 4, video: 6, script: 8 };

const TYPES: Readonly<Record<FlvTagType, number>> = {
  audio: MessageType.Audio,
  video: MessageType.Video,
  script: MessageType.DataAmf0,
};

/** Converts a tag to a message, with the low 32 bits of its time: timestamps wrap on the wire. */
export function toMessage(tag: FlvTag, messageStreamId: number): RtmpMessage {
  const { type, timestamp, data } = tag;
  return {
    chunkStreamId: CHUNK_STREAMS[type],
    messageStreamId,
    typeId: TYPES[type],
    timestamp: timestamp % 2 ** 32,
    payload: isMetadata(tag) ? concat([SET_DATA_FRAME, data]) : data,
  };
}
