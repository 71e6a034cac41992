/**
 * The FLV demuxer: bytes of an FLV file in, tags out.
 *
 * @module
 */

import { type ByteSource, toBytes } from "../bytes/byte_source.ts";
import { ContinuousBuffer } from "../bytes/continuous_buffer.ts";
import { readUint24, readUint32 } from "../bytes/integers.ts";
import { FlvError } from "../errors.ts";
import { OrderedTransformStream } from "../pipeline/ordered_transform_stream.ts";
import { borrowing } from "../pipeline/transformer.ts";
import { TimestampUnwrapper } from "./timestamp_unwrapper.ts";
import { AUDIO_FLAG, FILE_HEADER_LENGTH, FLAGS_AT, VIDEO_FLAG } from "./file_header.ts";
import type { FlvTag, FlvTagType } from "./flv_tag.ts";
import { PREVIOUS_TAG_SIZE_LENGTH, readTagTime, TAG_HEADER_LENGTH, TagType } from "./tag_header.ts";

/** The fields of an FLV header (FLV 10.1, section E.2). */
export interface FlvHeader {
  /** The version of the file: 1. */
  version: number;
  /** Whether the header announces audio tags. */
  audio: boolean;
  /** Whether the header announces video tags. */
  video: boolean;
}

/** "FLV". */
const SIGNATURE = 0x464c56;

const RESERVED_BITS = 0xc0;
const FILTER_BIT = 0x20;
const TYPE_BITS = 0x1f;

const TYPE_NAMES: Readonly<Record<number, FlvTagType>> = {
  [TagType.Audio]: "audio",
  [TagType.Video]: "video",
  [TagType.Script]: "script",
  [TagType.ScriptAmf3]: "script",
};

/**
 * Reads an FLV file in pieces of any size: {@linkcode FlvDemuxerStream} without the stream.
 *
 * @example
 * ```ts
 * import { FlvDemuxer, FlvMuxer, type FlvTag } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const muxer = new FlvMuxer();
 * const demuxer = new FlvDemuxer();
 * const tags: FlvTag[] = [];
 * demuxer.decode(muxer.header(), (tag) => tags.push(tag));
 * assertEquals(demuxer.header, { version: 1, audio: true, video: true });
 * assertEquals(tags, []);
 * ```
 */
export class FlvDemuxer {
  readonly #unwrapper = new TimestampUnwrapper();
  /** The incomplete tag or file header at the end of the input. */
  readonly #tail = new ContinuousBuffer();
  #header: FlvHeader | undefined;
  /** The offset in the file of the tail, or of the unit that is being read. */
  #offset = 0;
  /** Bytes that are still to be skipped. */
  #skip = 0;
  #skippedTags = 0;

  /** The FLV header; `undefined` until it has been read. */
  get header(): FlvHeader | undefined {
    return this.#header;
  }

  /** The number of tags so far that were skipped: encrypted ones, and those of unknown types. */
  get skippedTags(): number {
    return this.#skippedTags;
  }

  /** Received bytes of an incomplete tag or header. */
  get incompleteBytes(): number {
    return this.#tail.length;
  }

  /** Allocated bytes for it, including those reserved for the rest of the tag. */
  get reservedBytes(): number {
    return this.#tail.capacity;
  }

  /** Discards an incomplete tag, and frees its memory. */
  release(): void {
    this.#tail.release();
  }

  /**
   * Emits each tag that an input completes.
   *
   * PreviousTagSizes are ignored. Encrypted tags are skipped, as the specification requires of
   * readers that cannot decrypt (FLV 10.1, section F.1), and so are tags of unknown types. A tag of
   * type 15 (Enhanced RTMP v2, "Enabling AMF3 in FLV") is script data.
   *
   * @param source The next bytes of the file. No view of them is kept.
   * @param emit Called with each tag, in order; the data of a tag is a copy.
   * @throws {TypeError} If the input is not a byte source.
   * @throws {FlvError} If the bytes are not an FLV file, or a tag is followed by anything else;
   * `byteOffset` counts from the start of the file. All earlier tags have been emitted.
   */
  decode(source: ByteSource, emit: (tag: FlvTag) => void): void {
    const input = toBytes(source, "FLV");
    const tail = this.#tail;
    for (let at = 0; at < input.length;) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, input.length - at);
        this.#skip -= skipped;
        this.#offset += skipped;
        at += skipped;
      } else if (tail.length > 0) {
        at += tail.fill(input.subarray(at), this.#unitLength(tail.front));
        if (tail.length < this.#unitLength(tail.front)) continue;
        const unit = tail.bytes;
        tail.clear();
        this.#read(unit, emit);
      } else {
        const rest = input.subarray(at);
        const length = this.#unitLength(rest);
        if (rest.length < length) tail.fill(rest, length);
        else this.#read(rest.slice(0, length), emit);
        at += Math.min(rest.length, length);
      }
    }
  }

  /** The least size of the unit that begins with `bytes`. */
  #unitLength(bytes: Uint8Array): number {
    if (!this.#header) return FILE_HEADER_LENGTH;
    if (bytes.length < TAG_HEADER_LENGTH) return TAG_HEADER_LENGTH;
    const head = bytes[0]!;
    const known = TYPE_NAMES[head & TYPE_BITS] !== undefined;
    if (head & RESERVED_BITS || !known && readUint24(bytes, 8) !== 0) {
      throw new FlvError("Cannot read an FLV tag", {
        read: `the header ${hex(bytes.subarray(0, TAG_HEADER_LENGTH))}`,
        expected: "no reserved bits, and a known type or stream id 0",
        byteOffset: this.#offset,
      });
    }
    return known && !(head & FILTER_BIT)
      ? TAG_HEADER_LENGTH + readUint24(bytes, 1)
      : TAG_HEADER_LENGTH;
  }

  #read(unit: Uint8Array, emit: (tag: FlvTag) => void): void {
    if (!this.#header) return this.#readFileHeader(unit);
    this.#offset += unit.length;
    this.#skip = PREVIOUS_TAG_SIZE_LENGTH;
    const type = TYPE_NAMES[unit[0]! & (TYPE_BITS | FILTER_BIT)];
    if (type === undefined) {
      this.#skippedTags++;
      this.#skip += readUint24(unit, 1);
      return;
    }
    const amf3 = unit[0] === TagType.ScriptAmf3 && unit[TAG_HEADER_LENGTH] === 0;
    emit({
      type,
      timestamp: this.#unwrapper.unwrap(readTagTime(unit, 0)),
      data: unit.subarray(amf3 ? TAG_HEADER_LENGTH + 1 : TAG_HEADER_LENGTH),
    });
  }

  #readFileHeader(unit: Uint8Array): void {
    const length = readUint32(unit, 5);
    if (readUint24(unit, 0) !== SIGNATURE || length < FILE_HEADER_LENGTH) {
      throw new FlvError("Cannot read an FLV header", {
        read: hex(unit),
        expected: '"FLV", and at least 9 as the length of the header',
        byteOffset: 0,
      });
    }
    this.#header = {
      version: unit[3]!,
      audio: (unit[FLAGS_AT]! & AUDIO_FLAG) !== 0,
      video: (unit[FLAGS_AT]! & VIDEO_FLAG) !== 0,
    };
    this.#offset = FILE_HEADER_LENGTH;
    this.#skip = length - FILE_HEADER_LENGTH + PREVIOUS_TAG_SIZE_LENGTH;
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/**
 * Reads an FLV file in pieces of any size.
 *
 * Invalid bytes error the stream after the reader has got all earlier tags. A file that ends inside
 * a tag is not an error: see {@linkcode FlvDemuxerStream.incompleteBytes}.
 *
 * @example
 * ```ts
 * import { FlvDemuxerStream, FlvMuxerStream, type FlvTag } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const tag: FlvTag = { type: "audio", timestamp: 0, data: Uint8Array.of(0xaf, 0, 0x12, 0x10) };
 * const demuxer = new FlvDemuxerStream();
 * const file = ReadableStream.from([tag]).pipeThrough(new FlvMuxerStream());
 * assertEquals(await Array.fromAsync(file.pipeThrough(demuxer)), [tag]);
 * assertEquals(demuxer.incompleteBytes, 0);
 * ```
 */
export class FlvDemuxerStream extends OrderedTransformStream<ByteSource, FlvTag> {
  readonly #demuxer: FlvDemuxer;

  /** Makes a stage for one file. */
  constructor() {
    const demuxer = new FlvDemuxer();
    super(borrowing({
      transform: (input, emit) => demuxer.decode(input, emit),
      cancel: () => demuxer.release(),
    }));
    this.#demuxer = demuxer;
  }

  /** The FLV header; `undefined` until it has been read. */
  get header(): FlvHeader | undefined {
    return this.#demuxer.header;
  }

  /** The number of tags so far that were skipped: encrypted ones, and those of unknown types. */
  get skippedTags(): number {
    return this.#demuxer.skippedTags;
  }

  /** Received bytes of an incomplete tag or header. */
  get incompleteBytes(): number {
    return this.#demuxer.incompleteBytes;
  }

  /** Allocated bytes for it, including those reserved for the rest of the tag. */
  get reservedBytes(): number {
    return this.#demuxer.reservedBytes;
  }
}
