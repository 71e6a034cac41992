/**
 * Tags as RTMP chunks, written once for all players.
 *
 * @module
 */

import { LARGEST_MESSAGE } from "../../chunk/chunk.ts";
import { writeChunks } from "../../chunk/chunk_writer.ts";
import { RtmpMessageError } from "../../errors.ts";
import { checkTag, type FlvTag, type FlvTagType } from "../../flv/flv_tag.ts";
import { MessageType } from "../../message/message.ts";

/** The chunk stream of each type of tag; replies have others. */
const CHUNK_STREAMS: Readonly<Record<FlvTagType, number>> = { audio: 6, video: 7, script: 8 };

const TYPES: Readonly<Record<FlvTagType, number>> = {
  audio: MessageType.Audio,
  video: MessageType.Video,
  script: MessageType.DataAmf0,
};

/** The message stream of nearly all players: the first that they create. */
const USUAL_MESSAGE_STREAM = 1;

/** Size from which the chunks of a tag are kept only while a player holds them, in bytes of data. */
const LARGE_DATA = 64 * 1024;

/**
 * Writes tags as chunks. Every message has a whole header (type 0), so that its bytes do not depend
 * on what was sent before, and all players of a chunk size get the same ones.
 */
export class TagChunks {
  readonly #chunkSize: number;
  readonly #written = new WeakMap<FlvTag, Uint8Array | WeakRef<Uint8Array>>();

  constructor(chunkSize: number) {
    this.#chunkSize = chunkSize;
  }

  /** The chunks of a tag on a message stream. The bytes are shared, and must not be written to. */
  of(tag: FlvTag, messageStreamId: number): Uint8Array {
    if (messageStreamId !== USUAL_MESSAGE_STREAM) return this.#write(tag, messageStreamId);
    const known = this.#written.get(tag);
    const written = known instanceof WeakRef ? known.deref() : known;
    if (written) return written;
    const bytes = this.#write(tag, messageStreamId);
    this.#written.set(tag, tag.data.length < LARGE_DATA ? bytes : new WeakRef(bytes));
    return bytes;
  }

  #write(tag: FlvTag, messageStreamId: number): Uint8Array {
    const { type, timestamp, data } = checkTag(tag);
    if (data.length > LARGEST_MESSAGE) {
      throw new RtmpMessageError("Cannot send a tag of this size", {
        read: `${data.length} bytes`,
        expected: `at most ${LARGEST_MESSAGE}`,
      });
    }
    const chunkStreamId = CHUNK_STREAMS[type];
    // The low 32 bits: timestamps wrap on the wire.
    const time = timestamp >>> 0;
    const header = { format: 0, chunkStreamId, messageStreamId, typeId: TYPES[type], time };
    return writeChunks(header, data, this.#chunkSize);
  }
}
