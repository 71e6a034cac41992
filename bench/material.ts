/**
 * What the benchmarks work on: the bytes of a publisher, made by our own encoder.
 *
 * @module
 */

import { MessageEncoder } from "../src/message/message_encoder.ts";
import { MessageType, type RtmpMessage } from "../src/message/message.ts";

/** Two seconds of 1080p60 at 8 Mbit/s with AAC beside it: what one encoder sends. */
export function messages(): RtmpMessage[] {
  const all: RtmpMessage[] = [];
  for (let frame = 0; frame < 120; frame++) {
    const video = frame % 60 === 0 ? 120_000 : 15_000;
    all.push(message(6, MessageType.Video, Math.round(frame * 1000 / 60), video));
    if (frame % 4 !== 3) {
      all.push(message(4, MessageType.Audio, Math.round(frame * 1000 / 60), 340));
    }
  }
  return all;
}

function message(
  chunkStreamId: number,
  typeId: number,
  timestamp: number,
  size: number,
): RtmpMessage {
  const payload = crypto.getRandomValues(new Uint8Array(Math.min(size, 65_536)));
  const whole = new Uint8Array(size);
  whole.set(payload);
  return { chunkStreamId, messageStreamId: 1, typeId, timestamp, payload: whole };
}

/** The messages as bytes with chunks of this size, in pieces as the network delivers them. */
export function pieces(chunkSize: number, pieceSize = 65_536): Uint8Array[] {
  const encoder = new MessageEncoder({ chunkSize });
  const parts = messages().map((message) => encoder.encode(message));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  const cut: Uint8Array[] = [];
  for (let from = 0; from < bytes.length; from += pieceSize) {
    cut.push(bytes.slice(from, from + pieceSize));
  }
  return cut;
}

/** How many bytes the pieces have. */
export function size(all: Uint8Array[]): number {
  return all.reduce((sum, piece) => sum + piece.length, 0);
}
