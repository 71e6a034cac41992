/**
 * The message encoder: messages in, bytes of chunks out.
 *
 * @module
 */

import { toBytes } from "../bytes/byte_source.ts";
import { readUint32 } from "../bytes/integers.ts";
import { checkObject, describe } from "../check_option.ts";
import {
  checkChunkSize,
  LARGEST_CHUNK_SIZE,
  LARGEST_CHUNK_STREAM_ID,
  LARGEST_MESSAGE,
} from "../chunk/chunk.ts";
import { writeChunks } from "../chunk/chunk_writer.ts";
import { RtmpMessageError } from "../errors.ts";
import { MessageType, type RtmpMessage } from "./message.ts";

/** Options of {@linkcode RtmpMessageEncoderStream}. */
export interface RtmpMessageEncoderOptions {
  /**
   * Payload bytes in a chunk until the first Set Chunk Size message: 1 to 2^31 - 1, 128 by default.
   */
  chunkSize?: number;
}

/** 32 bits (section 5.3.1.2.1). */
const LARGEST_MESSAGE_STREAM_ID = 0xffffffff;

/** 8 bits. */
const LARGEST_TYPE_ID = 0xff;

/** The header of the previous message on a chunk stream. */
interface Previous {
  messageStreamId: number;
  typeId: number;
  length: number;
  timestamp: number;
  /** The timestamp delta, if it was sent as one. */
  delta: number | undefined;
}

/**
 * Writes messages with the shortest headers that every receiver reads alike (RTMP 1.0, section
 * 5.3.1.2). A Set Chunk Size message changes the size of all later messages.
 */
export class MessageEncoder {
  readonly #previous = new Map<number, Previous>();
  #chunkSize: number;

  constructor(options: RtmpMessageEncoderOptions = {}) {
    this.#chunkSize = checkChunkSize(options.chunkSize);
  }

  /** Returns the message's bytes. Throws an `RtmpMessageError` if no peer could read them. */
  encode(message: RtmpMessage): Uint8Array<ArrayBuffer> {
    checkObject("a message", message);
    const { chunkStreamId, messageStreamId, typeId } = message;
    const payload = toBytes(message.payload, "the payload of a message");
    checkEncodable(message, payload);
    const timestamp = message.timestamp >>> 0;
    const length = payload.length;
    const previous = this.#previous.get(chunkStreamId);
    const format = chooseFormat(previous, messageStreamId, typeId, length, timestamp);
    const delta = format === 0 ? undefined : (timestamp - previous!.timestamp) >>> 0;
    const bytes = writeChunks(
      { format, chunkStreamId, messageStreamId, typeId, time: delta ?? timestamp },
      payload,
      this.#chunkSize,
    );
    this.#previous.set(chunkStreamId, { messageStreamId, typeId, length, timestamp, delta });
    if (typeId === MessageType.SetChunkSize) this.#chunkSize = readUint32(payload, 0);
    return bytes;
  }
}

/** Rejects messages that would break the chunk layer of the receiver. */
function checkEncodable(message: RtmpMessage, payload: Uint8Array): void {
  const { chunkStreamId, messageStreamId, typeId, timestamp } = message;
  checkField("on chunk stream", chunkStreamId, 2, LARGEST_CHUNK_STREAM_ID);
  checkField("on message stream", messageStreamId, 0, LARGEST_MESSAGE_STREAM_ID);
  checkField("of type", typeId, 0, LARGEST_TYPE_ID);
  if (!Number.isFinite(timestamp)) {
    throw new RtmpMessageError(`Cannot write a message at the time ${formatValue(timestamp)}`, {
      expected: "milliseconds",
    });
  }
  if (payload.length > LARGEST_MESSAGE) {
    throw new RtmpMessageError("Cannot write a message of this size", {
      read: `${payload.length} bytes`,
      expected: `at most ${LARGEST_MESSAGE}`,
      chunkStreamId,
    });
  }
  if (typeId !== MessageType.SetChunkSize) return;
  const size = payload.length === 4 ? readUint32(payload, 0) : 0;
  if (size >= 1 && size <= LARGEST_CHUNK_SIZE) return;
  throw new RtmpMessageError("Cannot set the chunk size", {
    read: payload.length === 4 ? `${size}` : `a body of ${payload.length} bytes`,
    expected: payload.length === 4 ? `1 to ${LARGEST_CHUNK_SIZE}` : "4 bytes",
    chunkStreamId,
  });
}

function checkField(what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RtmpMessageError(`Cannot write a message ${what} ${formatValue(value)}`, {
    expected: `${least} to ${most}`,
  });
}

function formatValue(value: unknown): string {
  return typeof value === "number" ? String(value) : describe(value);
}

/**
 * Returns the shortest chunk type for a message. An earlier time cannot be sent as a delta. Type 3
 * begins a message only after a delta: receivers differ on what it adds after a type 0 header.
 */
function chooseFormat(
  previous: Previous | undefined,
  messageStreamId: number,
  typeId: number,
  length: number,
  timestamp: number,
): number {
  if (previous?.messageStreamId !== messageStreamId) return 0;
  const delta = (timestamp - previous.timestamp) >>> 0;
  if (delta > 0x7fffffff) return 0;
  if (previous.typeId !== typeId || previous.length !== length) return 1;
  return previous.delta === delta ? 3 : 2;
}
