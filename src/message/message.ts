/**
 * The message, and the message type ids.
 *
 * @module
 */

import { ABORT, SET_CHUNK_SIZE } from "../chunk/chunk.ts";

/**
 * One whole RTMP message, assembled from its chunks (RTMP 1.0, section 6.1).
 *
 * @example
 * ```ts
 * import type { RtmpMessage } from "@sluice/rtmp";
 *
 * const acknowledgement: RtmpMessage = {
 *   chunkStreamId: 2,
 *   messageStreamId: 0,
 *   typeId: 3,
 *   timestamp: 0,
 *   payload: Uint8Array.of(0, 0, 16, 0),
 * };
 * ```
 */
export interface RtmpMessage {
  /** The chunk stream on which it was received or will be sent: 2 to 65599. */
  chunkStreamId: number;
  /** 0 for the connection itself, otherwise the id that `createStream` returned. */
  messageStreamId: number;
  /** The message type: see {@linkcode MessageType}. */
  typeId: number;
  /** Milliseconds, 32 bits as on the wire: it wraps after 49 days. */
  timestamp: number;
  /** The body. It belongs to the receiver of the message. */
  payload: Uint8Array;
}

/**
 * The message types (RTMP 1.0, sections 5.4, 6.2 and 7.1).
 *
 * @example
 * ```ts
 * import { MessageType, type RtmpMessage } from "@sluice/rtmp";
 * import { assert } from "@std/assert";
 *
 * const isVideo = ({ typeId }: RtmpMessage) => typeId === MessageType.Video;
 * const payload = Uint8Array.of(0x17, 2, 0, 0, 0);
 * assert(isVideo({ chunkStreamId: 6, messageStreamId: 1, typeId: 9, timestamp: 0, payload }));
 * ```
 */
export const MessageType = {
  SetChunkSize: SET_CHUNK_SIZE,
  Abort: ABORT,
  Acknowledgement: 3,
  UserControl: 4,
  WindowAcknowledgementSize: 5,
  SetPeerBandwidth: 6,
  Audio: 8,
  Video: 9,
  DataAmf3: 15,
  SharedObjectAmf3: 16,
  CommandAmf3: 17,
  DataAmf0: 18,
  SharedObjectAmf0: 19,
  CommandAmf0: 20,
  Aggregate: 22,
} as const;

/** Whether each message of a type becomes one tag: audio, video and data. */
export function carriesTag(typeId: number): boolean {
  return typeId === MessageType.Audio || typeId === MessageType.Video ||
    typeId === MessageType.DataAmf0 || typeId === MessageType.DataAmf3;
}
