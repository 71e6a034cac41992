/**
 * Protocol control messages and user control messages.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { readUint16, readUint32, writeUint16, writeUint32 } from "../bytes/integers.ts";
import { RtmpMessageError } from "../errors.ts";
import { MessageType, type RtmpMessage } from "./message.ts";

/** The chunk stream of control messages; their message stream is 0 (RTMP 1.0, section 5.4). */
export const CONTROL_CHUNK_STREAM = 2;

/** The events of a user control message (section 7.1.7). */
export const UserControlEvent = {
  StreamBegin: 0,
  StreamEof: 1,
  StreamDry: 2,
  SetBufferLength: 3,
  StreamIsRecorded: 4,
  PingRequest: 6,
  PingResponse: 7,
} as const;

/** The limit type "Dynamic" (section 5.4.5). */
const LIMIT_TYPE_DYNAMIC = 2;

/** Makes a Set Chunk Size message (section 5.4.1). */
export function setChunkSize(bytes: number): RtmpMessage {
  return control(MessageType.SetChunkSize, uint32(bytes));
}

/** Makes an Acknowledgement: the number of received bytes, modulo 2^32 (section 5.4.3). */
export function acknowledgement(bytes: number): RtmpMessage {
  return control(MessageType.Acknowledgement, uint32(bytes));
}

/** Makes a Window Acknowledgement Size message (section 5.4.4). */
export function windowAcknowledgementSize(bytes: number): RtmpMessage {
  return control(MessageType.WindowAcknowledgementSize, uint32(bytes));
}

/**
 * Makes a Set Peer Bandwidth message, which limits the peer's unacknowledged bytes (section 5.4.5).
 */
export function setPeerBandwidth(bytes: number): RtmpMessage {
  const payload = concat([uint32(bytes), Uint8Array.of(LIMIT_TYPE_DYNAMIC)]);
  return control(MessageType.SetPeerBandwidth, payload);
}

/** Makes a user control message: an event and its 32-bit values (sections 6.2 and 7.1.7). */
export function userControl(event: number, ...values: number[]): RtmpMessage {
  const payload = new Uint8Array(2 + 4 * values.length);
  writeUint16(payload, 0, event);
  values.forEach((value, i) => writeUint32(payload, 2 + 4 * i, value));
  return control(MessageType.UserControl, payload);
}

/**
 * Reads the first 32 bits of a protocol control message (section 5.4).
 *
 * @throws {RtmpMessageError} If it is shorter.
 */
export function readControlValue(message: RtmpMessage): number {
  requireBytes(message, 4);
  return readUint32(message.payload, 0);
}

/**
 * Reads a user control message: its event, and its first value if it has one.
 *
 * @throws {RtmpMessageError} If it is too short for an event.
 */
export function readUserControl(message: RtmpMessage): { event: number; value?: number } {
  requireBytes(message, 2);
  const { payload } = message;
  const event = readUint16(payload, 0);
  return payload.length < 6 ? { event } : { event, value: readUint32(payload, 2) };
}

function requireBytes({ payload, typeId, chunkStreamId }: RtmpMessage, bytes: number): void {
  if (payload.length >= bytes) return;
  throw new RtmpMessageError(`Cannot read a control message of type ${typeId}`, {
    read: `${payload.length} bytes`,
    expected: `at least ${bytes}`,
    chunkStreamId,
  });
}

function control(typeId: number, payload: Uint8Array): RtmpMessage {
  return { chunkStreamId: CONTROL_CHUNK_STREAM, messageStreamId: 0, typeId, timestamp: 0, payload };
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  writeUint32(bytes, 0, value);
  return bytes;
}
