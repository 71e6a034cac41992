/**
 * The FLV muxer: tags in, bytes of an FLV file out.
 *
 * @module
 */

import { writeUint32 } from "../bytes/integers.ts";
import { FlvError } from "../errors.ts";
import { OrderedTransformStream } from "../pipeline/ordered_transform_stream.ts";
import { borrowing } from "../pipeline/transformer.ts";
import { AUDIO_FLAG, VIDEO_FLAG } from "./file_header.ts";
import { checkTag, type FlvTag } from "./flv_tag.ts";
import {
  MAX_TAG_SIZE,
  PREVIOUS_TAG_SIZE_LENGTH,
  TAG_HEADER_LENGTH,
  TAG_TYPES,
  writeTagHeader,
} from "./tag_header.ts";

/** The kinds of media that the FLV header announces. */
export interface FlvMuxerOptions {
  /** Whether there are audio tags: `true` by default. */
  audio?: boolean;
  /** Whether there are video tags: `true` by default. */
  video?: boolean;
}

/**
 * Writes the parts of an FLV file: {@linkcode FlvMuxerStream} without the stream.
 *
 * @example
 * ```ts
 * import { FlvMuxer } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const muxer = new FlvMuxer({ video: false });
 * assertEquals(muxer.header(), Uint8Array.of(0x46, 0x4c, 0x56, 1, 4, 0, 0, 0, 9, 0, 0, 0, 0));
 * ```
 */
export class FlvMuxer {
  readonly #flags: number;

  /**
   * Makes a muxer.
   *
   * @param options The kinds of media that the header announces. Players wait for all of them, so a
   * kind that never arrives makes them start late.
   */
  constructor({ audio = true, video = true }: FlvMuxerOptions = {}) {
    this.#flags = (audio ? AUDIO_FLAG : 0) | (video ? VIDEO_FLAG : 0);
  }

  /**
   * Returns the bytes before the first tag (FLV 10.1, sections E.2 and E.3).
   *
   * @returns The FLV header and PreviousTagSize0: 13 bytes.
   */
  header(): Uint8Array<ArrayBuffer> {
    // The file header, and UI32 PreviousTagSize0.
    return Uint8Array.of(0x46, 0x4c, 0x56, 1, this.#flags, 0, 0, 0, 9, 0, 0, 0, 0);
  }

  /**
   * Returns the bytes of a tag (FLV 10.1, sections E.3 and E.4.1).
   *
   * @param tag The tag. The low 32 bits of its time are written.
   * @returns The tag and its PreviousTagSize.
   * @throws {TypeError} If its type, its time or its data is not that of a tag.
   * @throws {FlvError} If the data is longer than 16,777,215 bytes.
   */
  tag(tag: FlvTag): Uint8Array<ArrayBuffer> {
    const { type, timestamp, data } = checkTag(tag);
    const { length } = data;
    if (length > MAX_TAG_SIZE) {
      throw new FlvError("Cannot write an FLV tag", {
        read: `${length} bytes of data`,
        expected: `at most ${MAX_TAG_SIZE}`,
      });
    }
    const tagLength = TAG_HEADER_LENGTH + length;
    const bytes = new Uint8Array(tagLength + PREVIOUS_TAG_SIZE_LENGTH);
    writeTagHeader(bytes, 0, TAG_TYPES[type], length, timestamp);
    bytes.set(data, TAG_HEADER_LENGTH);
    writeUint32(bytes, tagLength, tagLength);
    return bytes;
  }
}

/**
 * Writes tags as an FLV file.
 *
 * Each chunk of output is the header or one whole tag with its PreviousTagSize, so that a file that
 * ends after any of them is valid. The header is emitted with the first tag, or at the end if there
 * is none.
 *
 * @example
 * ```ts
 * import { FlvDemuxerStream, FlvMuxerStream, type FlvTag } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const tag: FlvTag = { type: "audio", timestamp: 0, data: Uint8Array.of(0xaf, 0, 0x12, 0x10) };
 * const file = ReadableStream.from([tag]).pipeThrough(new FlvMuxerStream({ video: false }));
 * assertEquals(await Array.fromAsync(file.pipeThrough(new FlvDemuxerStream())), [tag]);
 * ```
 */
export class FlvMuxerStream extends OrderedTransformStream<FlvTag, Uint8Array<ArrayBuffer>> {
  /**
   * Makes a stage for one file.
   *
   * @param options The kinds of media that the FLV header announces; see {@linkcode FlvMuxer}.
   */
  constructor(options: FlvMuxerOptions = {}) {
    const muxer = new FlvMuxer(options);
    let started = false;
    const start = (emit: (bytes: Uint8Array<ArrayBuffer>) => void) => {
      if (!started) emit(muxer.header());
      started = true;
    };
    super(borrowing({
      transform(tag, emit) {
        start(emit);
        emit(muxer.tag(tag));
      },
      flush: start,
    }));
  }
}
