/**
 * The conversion of tags to messages, for a client.
 *
 * @module
 */

import { concat, startsWith } from "@std/bytes";
import { encodeAmf0 } from "../../amf/encode_amf0.ts";
import type { FlvTag, FlvTagType } from "../../flv/flv_tag.ts";
import { MessageType, type RtmpMessage } from "../../message/message.ts";

/** The chunk stream of each kind of tag, as in FFmpeg. */
const CHUNK_STREAMS: Readonly<Record<FlvTagType, number>> = { audio: 4, video: 6, script: 8 };

const TYPES: Readonly<Record<FlvTagType, number>> = {
  audio: MessageType.Audio,
  video: MessageType.Video,
  script: MessageType.DataAmf0,
};

const ON_META_DATA = encodeAmf0("onMetaData");

/** The command that asks a server to keep the following metadata for later players. */
const SET_DATA_FRAME = encodeAmf0("@setDataFrame");

/** Converts a tag to a message, with the low 32 bits of its time: timestamps wrap on the wire. */
export function toMessage({ type, timestamp, data }: FlvTag, messageStreamId: number): RtmpMessage {
  const isMetadata = type === "script" && startsWith(data, ON_META_DATA);
  return {
    chunkStreamId: CHUNK_STREAMS[type],
    messageStreamId,
    typeId: TYPES[type],
    timestamp: timestamp % 2 ** 32,
    payload: isMetadata ? concat([SET_DATA_FRAME, data]) : data,
  };
}
