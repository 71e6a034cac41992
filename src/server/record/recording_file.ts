/**
 * The FLV file of a recording, which is valid up to its last tag at every moment.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { writeUint32 } from "../../bytes/integers.ts";
import { type ClassifiedTag, TagClassifier } from "../../channel/counted_tag.ts";
import { FlvError } from "../../errors.ts";
import { FlvDemuxer } from "../../flv/demuxer.ts";
import { FILE_HEADER_LENGTH, FLAGS_AT } from "../../flv/file_header.ts";
import { FlvMuxer } from "../../flv/muxer.ts";
import { PREVIOUS_TAG_SIZE_LENGTH, TAG_HEADER_LENGTH } from "../../flv/tag_header.ts";
import { DiskFile } from "./disk_file.ts";
import { RecordedFrames } from "./recorded_frames.ts";
import { RecordingPreamble } from "./recording_preamble.ts";

/** Limits on the tags that a recording buffers before its first write. */
export interface BufferLimits {
  /** Bytes of tags: 64 KiB. */
  bytes: number;
  /** The time since the first tag, in milliseconds: 1 s. */
  time: number;
}

const DEFAULT_BUFFER_LIMITS: Readonly<BufferLimits> = { bytes: 64 * 1024, time: 1_000 };

/** The position of the first tag. */
const FIRST_TAG_AT = FILE_HEADER_LENGTH + PREVIOUS_TAG_SIZE_LENGTH;

/** Size of a read from an unfinished file, in bytes. */
const READ_SIZE = 256 * 1024;

/**
 * Writes tags to a file. The first tag is metadata with room for a keyframe index. Media and
 * timestamps are unchanged. At the end the metadata is overwritten in place, with the same length.
 * So a killed program or a full disk costs only the index.
 *
 * The room takes 36 kB. A recording that ends within the limits of the buffer is written only at its
 * end, without spare room.
 */
export class RecordingFile {
  readonly #file: DiskFile;
  readonly #preamble = new RecordingPreamble();
  readonly #frames = new RecordedFrames();
  readonly #muxer = new FlvMuxer();
  readonly #bufferLimits: Readonly<BufferLimits>;
  /** The buffered first tags, before the first write. */
  #held: ClassifiedTag[] | undefined = [];
  #heldBytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The write of the buffered tags, while it is pending. */
  #releasing: Promise<void> | undefined;
  #finished: Promise<void> | undefined;
  /** The size of the last tag found in a reopened file, without the size field after it. */
  #lastSize = 0;

  /**
   * Starts a recording in an empty file.
   *
   * @param isReadable Whether Deno permits to read it; without that, its removal is not noticed.
   * @param bufferLimits The limits on buffered tags.
   */
  constructor(
    file: Deno.FsFile,
    isReadable = true,
    bufferLimits: Readonly<BufferLimits> = DEFAULT_BUFFER_LIMITS,
  ) {
    this.#file = new DiskFile(file, isReadable);
    this.#bufferLimits = bufferLimits;
  }

  /**
   * Reopens an unfinished file: reads it to its last complete tag and truncates it there. `finish`
   * then completes it.
   *
   * @param file Open for reading and writing.
   * @throws {FlvError} If it is no FLV file, or its first tag is not the metadata of a recording.
   */
  static async reopen(file: Deno.FsFile): Promise<RecordingFile> {
    const recording = new RecordingFile(file);
    recording.#held = undefined;
    const demuxer = new FlvDemuxer();
    const classifier = new TagClassifier();
    let length = 0;
    const memory = new Uint8Array(READ_SIZE);
    for (let read = await file.read(memory); read !== null; read = await file.read(memory)) {
      demuxer.decode(memory.subarray(0, read), (tag) => {
        length = recording.#countFound(classifier.classify(tag), length);
      });
    }
    if (demuxer.header) recording.#preamble.resumeHeader(demuxer.header);
    await recording.#file.truncate(length);
    await recording.#writeLastSize();
    if (length > 0 && !recording.#preamble.hasMetadata) {
      throw new FlvError("Cannot complete a recording", {
        read: "another first tag than the metadata of a recording",
      });
    }
    return recording;
  }

  /** The written bytes. */
  get bytes(): number {
    return this.#file.length;
  }

  /** Seconds from the first frame to the end of the last. */
  get duration(): number {
    return this.#frames.duration;
  }

  /** The written video frames. */
  get videoFrames(): number {
    return this.#frames.videoFrames;
  }

  /** The written audio frames. */
  get audioFrames(): number {
    return this.#frames.audioFrames;
  }

  /**
   * Writes the next tag, or buffers it at the beginning.
   *
   * @throws {Error} If it cannot be written; then the file ends with the previous tag.
   */
  async write(tag: ClassifiedTag): Promise<void> {
    if (this.#held) return await this.#hold(this.#held, tag);
    if (this.#releasing) await this.#releasing;
    await this.#write(tag);
  }

  /**
   * Writes the final metadata and closes the file. Further calls return the same promise.
   *
   * @throws {Error} If it cannot be written.
   */
  finish(): Promise<void> {
    return this.#finished ??= this.#finish();
  }

  async #finish(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      if (this.#held) await this.#writeSmall(this.#held);
      else await this.#complete();
      if (this.#file.length === 0) return;
      await this.#file.checkName();
      await this.#file.sync();
    } finally {
      this.#file.close();
    }
  }

  async #hold(held: ClassifiedTag[], tag: ClassifiedTag): Promise<void> {
    held.push(tag);
    this.#heldBytes += tag.tag.data.length;
    const { bytes, time } = this.#bufferLimits;
    if (this.#heldBytes > bytes) return await this.#release();
    // An encoder may send a frame, and then nothing for a long time.
    this.#timer ??= setTimeout(() => void this.#release().catch(() => {}), time);
  }

  /** Writes the buffered tags. The next tag waits for that, and fails with its error. */
  #release(): Promise<void> {
    clearTimeout(this.#timer);
    const held = this.#held!;
    this.#held = undefined;
    return this.#releasing = this.#writeAll(held).then(() => this.#releasing = undefined);
  }

  async #writeAll(tags: ClassifiedTag[]): Promise<void> {
    for (const tag of tags) await this.#write(tag);
  }

  async #write(classified: ClassifiedTag): Promise<void> {
    const { tag } = classified;
    if (!this.#preamble.hasMetadata) {
      const isMetadata = this.#preamble.begin(tag);
      await this.#file.append(this.#preamble.encode());
      if (isMetadata) return;
    }
    if (this.#preamble.announce(tag)) await this.#writeFlags();
    const position = this.#file.length;
    await this.#file.append(this.#muxer.tag(tag));
    this.#frames.count(classified, position);
  }

  /**
   * Writes a recording that has ended within the buffer, with metadata of exactly the size that it
   * needs.
   */
  async #writeSmall(tags: ClassifiedTag[]): Promise<void> {
    const rest = tags.slice(this.#preamble.begin(tags[0]?.tag) ? 1 : 0);
    for (const { tag } of rest) this.#preamble.announce(tag);
    let length = 0;
    const written = rest.map((classified) => {
      const bytes = this.#muxer.tag(classified.tag);
      this.#frames.count(classified, length);
      length += bytes.length;
      return bytes;
    });
    this.#preamble.fitKeyframes(this.#frames.keyframes);
    const before = this.#preamble.encode().length;
    this.#frames.move(before);
    const preamble = this.#preamble.encode(this.#frames.facts(before + length));
    await this.#file.append(concat([preamble, ...written]));
  }

  /** Overwrites the metadata with the final facts. */
  async #complete(): Promise<void> {
    try {
      await this.#releasing;
    } finally {
      const { length } = this.#file;
      if (length > 0) {
        await this.#file.writeAt(0, this.#preamble.encode(this.#frames.facts(length)));
      }
    }
  }

  /** Counts a tag of a reopened file at this position; returns the position after it. */
  #countFound(classified: ClassifiedTag, length: number): number {
    const { tag } = classified;
    this.#lastSize = TAG_HEADER_LENGTH + tag.data.length;
    if (length === 0) this.#preamble.resume(tag);
    else this.#frames.count(classified, length);
    return (length || FIRST_TAG_AT) + this.#lastSize + PREVIOUS_TAG_SIZE_LENGTH;
  }

  /** Rewrites the size field after the last tag, which may be incomplete. */
  async #writeLastSize(): Promise<void> {
    if (this.#file.length === 0) return;
    const size = new Uint8Array(PREVIOUS_TAG_SIZE_LENGTH);
    writeUint32(size, 0, this.#lastSize);
    await this.#file.writeAt(this.#file.length - PREVIOUS_TAG_SIZE_LENGTH, size);
  }

  /** Writes the flags of the header before the first tag of their kind. */
  async #writeFlags(): Promise<void> {
    await this.#file.writeAt(FLAGS_AT, this.#preamble.header().subarray(FLAGS_AT, FLAGS_AT + 1));
  }
}
