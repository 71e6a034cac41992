/**
 * One chunk at a time, as any sender may write it (RTMP 1.0, section 5.3.1): the tests' own writer,
 * which shares no code with the one under test.
 *
 * @module
 */

/** The parts of one chunk. What its format does not send is not looked at. */
export interface ChunkParts {
  format: 0 | 1 | 2 | 3;
  chunkStreamId: number;
  /** Bytes in the basic header: the shortest by default. */
  basicHeaderSize?: 1 | 2 | 3;
  /** What stands in the time field: a time, or a delta. From 0xFFFFFF on it is sent in 32 bits. */
  time?: number;
  length?: number;
  typeId?: number;
  messageStreamId?: number;
  /** The extended timestamp: what a type 3 header adds, or a short time that is sent in 32 bits. */
  extended?: number | undefined;
  payload: Uint8Array;
}

/** The bytes of one chunk. */
export function chunkBytes(parts: ChunkParts): number[] {
  const { format, chunkStreamId: id, time = 0, payload } = parts;
  const size = parts.basicHeaderSize ?? (id < 64 ? 1 : id < 320 ? 2 : 3);
  const type = format * 64;
  const bytes = [[type + id], [type, id - 64], [type + 1, ...littleEndian(id - 64, 2)]][size - 1]!;
  const extended = format < 3 && time >= 0xffffff ? time : parts.extended;
  if (format < 3) bytes.push(...bigEndian(extended === undefined ? time : 0xffffff, 3));
  if (format < 2) bytes.push(...bigEndian(parts.length ?? payload.length, 3), parts.typeId ?? 0);
  if (format < 1) bytes.push(...littleEndian(parts.messageStreamId ?? 0, 4));
  if (extended !== undefined) bytes.push(...bigEndian(extended, 4));
  for (const byte of payload) bytes.push(byte);
  return bytes;
}

/** A number in so many bytes, the highest first. */
export function bigEndian(value: number, size: number): number[] {
  return littleEndian(value, size).reverse();
}

function littleEndian(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** i) % 256);
}
