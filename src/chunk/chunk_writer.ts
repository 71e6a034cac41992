/**
 * A writer that splits a message into chunks with their headers.
 *
 * @module
 */

import {
  writeUint16,
  writeUint24,
  writeUint32,
  writeUint32LittleEndian,
} from "../bytes/integers.ts";
import { EXTENDED_TIMESTAMP, MESSAGE_HEADER_SIZE } from "./chunk.ts";

/** The fields of a chunk header: format 0 sends all of them, 3 none (section 5.3.1.2). */
export interface ChunkHeader {
  /** The type of the first chunk, 0 to 3; all further ones are of type 3. */
  format: number;
  chunkStreamId: number;
  messageStreamId: number;
  typeId: number;
  /** The absolute time in a header of format 0, else the delta. */
  time: number;
}

/**
 * Writes one message as chunks of at most `chunkSize` payload bytes into a buffer of exactly their
 * size. Every chunk has the extended timestamp, as section 5.3.1.3 requires.
 */
export function writeChunks(
  header: ChunkHeader,
  payload: Uint8Array,
  chunkSize: number,
): Uint8Array<ArrayBuffer> {
  const { format, chunkStreamId, time } = header;
  const basicSize = chunkStreamId < 64 ? 1 : chunkStreamId < 320 ? 2 : 3;
  const extendedSize = time >= EXTENDED_TIMESTAMP ? 4 : 0;
  const chunks = Math.max(1, Math.ceil(payload.length / chunkSize));
  const bytes = new Uint8Array(
    MESSAGE_HEADER_SIZE[format]! + chunks * (basicSize + extendedSize) + payload.length,
  );
  let at = 0;
  for (let chunk = 0; chunk < chunks; chunk++) {
    const from = chunk * chunkSize;
    writeBasicHeader(bytes, at, chunk === 0 ? format : 3, chunkStreamId);
    at += basicSize;
    if (chunk === 0) at = writeMessageHeader(bytes, at, header, payload.length);
    if (extendedSize > 0) writeUint32(bytes, at, time);
    at += extendedSize;
    const part = payload.subarray(from, from + chunkSize);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Writes the shortest of the three forms of the basic header (section 5.3.1.1). */
function writeBasicHeader(bytes: Uint8Array, at: number, format: number, id: number): void {
  if (id < 64) {
    bytes[at] = format << 6 | id;
  } else if (id < 320) {
    writeUint16(bytes, at, format << 14 | id - 64);
  } else {
    bytes[at] = format << 6 | 1;
    bytes[at + 1] = id - 64;
    bytes[at + 2] = id - 64 >> 8;
  }
}

/**
 * Writes the part of the message header that the format sends (section 5.3.1.2). Returns its end.
 */
function writeMessageHeader(
  bytes: Uint8Array,
  at: number,
  { format, time, typeId, messageStreamId }: ChunkHeader,
  length: number,
): number {
  if (format < 3) writeUint24(bytes, at, Math.min(time, EXTENDED_TIMESTAMP));
  if (format < 2) {
    writeUint24(bytes, at + 3, length);
    bytes[at + 6] = typeId;
  }
  if (format === 0) writeUint32LittleEndian(bytes, at + 7, messageStreamId);
  return at + MESSAGE_HEADER_SIZE[format]!;
}
