/**
 * Readers and writers of integers, as RTMP, AMF and FLV have them: big-endian, except the message
 * stream id (RTMP 1.0, section 4: "All numeric fields ... network byte order", 5.3.1.2.5:
 * "little-endian"). None of these checks bounds: that is up to the caller.
 *
 * @module
 */

/** Reads 16 bits, big-endian. */
export function readUint16(bytes: Uint8Array, at: number): number {
  return bytes[at]! << 8 | bytes[at + 1]!;
}

/** Reads 24 bits, big-endian. */
export function readUint24(bytes: Uint8Array, at: number): number {
  return bytes[at]! << 16 | bytes[at + 1]! << 8 | bytes[at + 2]!;
}

/** Reads 24 bits in two's complement, big-endian. */
export function readInt24(bytes: Uint8Array, at: number): number {
  return readUint24(bytes, at) << 8 >> 8;
}

/** Reads 32 bits, big-endian. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!) >>> 0;
}

/** Reads 32 bits, little-endian: the message stream id of a chunk header. */
export function readUint32LittleEndian(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | bytes[at + 3]! << 24) >>> 0;
}

/** Writes 16 bits, big-endian. */
export function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

/** Writes 24 bits, big-endian. */
export function writeUint24(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 16;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value;
}

/** Writes 32 bits, big-endian. */
export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Writes 32 bits, little-endian: the message stream id of a chunk header. */
export function writeUint32LittleEndian(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}
