/**
 * Tags as a client sends them.
 *
 * @module
 */

import { concat, startsWith } from "@std/bytes";
import { encodeAmf0 } from "../../amf/encode_amf0.ts";
import type { FlvTag, FlvTagType } from "../../flv/flv_tag.ts";
import { MessageType, type RtmpMessage } from "../../message/message.ts";

/** Each kind has a chunk stream of its own, as FFmpeg has it. */
const CHUNK_STREAMS: Readonly<Record<FlvTagType, number>> = { audio: 4, video: 6, script: 8 };

const TYPES: Readonly<Record<FlvTagType, number>> = {
  audio: MessageType.Audio,
  video: MessageType.Video,
  script: MessageType.DataAmf0,
};

const ON_META_DATA = encodeAmf0("onMetaData");

/** The command that asks a server to keep the following metadata for later players. */
const SET_DATA_FRAME = encodeAmf0("@setDataFrame");

/** The message that carries a tag. Its time is cut to 32 bits: the wire's clock wraps. */
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
