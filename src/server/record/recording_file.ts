/**
 * One recording: an FLV file that is whole up to its last tag at every moment.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { writeUint32 } from "../../bytes/integers.ts";
import { FlvError } from "../../errors.ts";
import { FlvDemuxer } from "../../flv/demuxer.ts";
import { FILE_HEADER_LENGTH, FLAGS_AT } from "../../flv/file_header.ts";
import type { FlvTag } from "../../flv/flv_tag.ts";
import { FlvMuxer } from "../../flv/muxer.ts";
import { PREVIOUS_TAG_SIZE_LENGTH, TAG_HEADER_LENGTH } from "../../flv/tag_header.ts";
import { DiskFile } from "./disk_file.ts";
import { RecordedFrames } from "./recorded_frames.ts";
import { RecordingOpening } from "./recording_opening.ts";

/** What a recording keeps in memory before it writes anything. */
export interface Beginning {
  /** Bytes of tags: 64 KiB. */
  bytes: number;
  /** For how long, in milliseconds: 1 s. */
  time: number;
}

const BEGINNING: Readonly<Beginning> = { bytes: 64 * 1024, time: 1_000 };

/** Where the first tag begins. */
const FIRST_TAG_AT = FILE_HEADER_LENGTH + PREVIOUS_TAG_SIZE_LENGTH;

/** Bytes that are read at once of a file that was left unfinished. */
const READ_SIZE = 256 * 1024;

/**
 * Writes tags to a file, the first of which is metadata with room for an index. Media and its times
 * stay as they are. What is written again is written in its place and keeps its length, so that
 * nothing is ever moved, and a program that is killed or a disk that is full costs the index alone.
 *
 * The room takes 36 kB. A recording that ends within its first moments is written only at its end,
 * and without.
 */
export class RecordingFile {
  readonly #file: DiskFile;
  readonly #opening = new RecordingOpening();
  readonly #frames = new RecordedFrames();
  readonly #muxer = new FlvMuxer();
  readonly #beginning: Readonly<Beginning>;
  /** The first tags, as long as nothing is written. */
  #held: FlvTag[] | undefined = [];
  #heldBytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** They are being written. */
  #releasing: Promise<void> | undefined;
  #finished: Promise<void> | undefined;
  /** Bytes of the last tag that was found in a file, without the size after it. */
  #lastSize = 0;

  /**
   * Begins a file that is empty.
   *
   * @param isReadable Whether Deno permits to read it: else it is not noticed when it is removed.
   * @param beginning What is kept in memory first.
   */
  constructor(file: Deno.FsFile, isReadable = true, beginning: Readonly<Beginning> = BEGINNING) {
    this.#file = new DiskFile(file, isReadable);
    this.#beginning = beginning;
  }

  /**
   * Takes up a file that a killed server has left: reads it to its last whole tag and cuts off what
   * comes after that. `finish` then completes it.
   *
   * @param file Open for reading and writing.
   * @throws {FlvError} If it is no FLV file, or does not begin as a recording does.
   */
  static async reopen(file: Deno.FsFile): Promise<RecordingFile> {
    const recording = new RecordingFile(file);
    recording.#held = undefined;
    const demuxer = new FlvDemuxer();
    let length = 0;
    const memory = new Uint8Array(READ_SIZE);
    for (let read = await file.read(memory); read !== null; read = await file.read(memory)) {
      demuxer.decode(memory.subarray(0, read), (tag) => length = recording.#find(tag, length));
    }
    if (demuxer.header) recording.#opening.resumeHeader(demuxer.header);
    await recording.#file.cut(length);
    await recording.#writeLastSize();
    if (length > 0 && !recording.#opening.hasMetadata) {
      throw new FlvError("Cannot complete a recording", {
        read: "another first tag than the metadata of a recording",
      });
    }
    return recording;
  }

  /** Bytes that have been written. */
  get bytes(): number {
    return this.#file.length;
  }

  /** Seconds from the first frame to the end of the last. */
  get duration(): number {
    return this.#frames.duration;
  }

  /** Frames of video that have been written. */
  get videoFrames(): number {
    return this.#frames.videoFrames;
  }

  /** Frames of audio that have been written. */
  get audioFrames(): number {
    return this.#frames.audioFrames;
  }

  /**
   * Takes the next tag, and writes it unless that can wait.
   *
   * @throws {Error} If it cannot be written; then the file ends with the tag before.
   */
  async write(tag: FlvTag): Promise<void> {
    if (this.#held) return await this.#hold(this.#held, tag);
    if (this.#releasing) await this.#releasing;
    await this.#write(tag);
  }

  /**
   * Writes what is known only now, and closes the file; once, however often it is called.
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

  async #hold(held: FlvTag[], tag: FlvTag): Promise<void> {
    held.push(tag);
    this.#heldBytes += tag.data.length;
    const { bytes, time } = this.#beginning;
    if (this.#heldBytes > bytes) return await this.#release();
    // An encoder may send a frame and then nothing for long.
    this.#timer ??= setTimeout(() => void this.#release().catch(() => {}), time);
  }

  /** Writes the first tags. The next tag waits for that, and fails with its error. */
  #release(): Promise<void> {
    clearTimeout(this.#timer);
    const held = this.#held!;
    this.#held = undefined;
    return this.#releasing = this.#writeAll(held).then(() => this.#releasing = undefined);
  }

  async #writeAll(tags: FlvTag[]): Promise<void> {
    for (const tag of tags) await this.#write(tag);
  }

  async #write(tag: FlvTag): Promise<void> {
    if (!this.#opening.hasMetadata) {
      const isMetadata = this.#opening.begin(tag);
      await this.#file.append(this.#opening.encode());
      if (isMetadata) return;
    }
    if (this.#opening.announce(tag)) await this.#writeFlags();
    const position = this.#file.length;
    await this.#file.append(this.#muxer.tag(tag));
    this.#frames.count(tag, position);
  }

  /** Writes all of a recording that has ended, with just as much room as its index takes. */
  async #writeSmall(tags: FlvTag[]): Promise<void> {
    const rest = tags.slice(this.#opening.begin(tags[0]) ? 1 : 0);
    for (const tag of rest) this.#opening.announce(tag);
    let length = 0;
    const written = rest.map((tag) => {
      const bytes = this.#muxer.tag(tag);
      this.#frames.count(tag, length);
      length += bytes.length;
      return bytes;
    });
    this.#opening.fitKeyframes(this.#frames.keyframes);
    const before = this.#opening.encode().length;
    this.#frames.move(before);
    const opening = this.#opening.encode(this.#frames.facts(before + length));
    await this.#file.append(concat([opening, ...written]));
  }

  /** Writes the metadata again, with what is known only at the end. */
  async #complete(): Promise<void> {
    try {
      await this.#releasing;
    } finally {
      const { length } = this.#file;
      if (length > 0) {
        await this.#file.writeAt(0, this.#opening.encode(this.#frames.facts(length)));
      }
    }
  }

  /** Counts a tag that was found at the end of what was found before, and tells where it ends. */
  #find(tag: FlvTag, length: number): number {
    this.#lastSize = TAG_HEADER_LENGTH + tag.data.length;
    if (length === 0) this.#opening.resume(tag);
    else this.#frames.count(tag, length);
    return (length || FIRST_TAG_AT) + this.#lastSize + PREVIOUS_TAG_SIZE_LENGTH;
  }

  /** The size that stands after the last tag that was found may have been torn. */
  async #writeLastSize(): Promise<void> {
    if (this.#file.length === 0) return;
    const size = new Uint8Array(PREVIOUS_TAG_SIZE_LENGTH);
    writeUint32(size, 0, this.#lastSize);
    await this.#file.writeAt(this.#file.length - PREVIOUS_TAG_SIZE_LENGTH, size);
  }

  /** Writes what the header announces, before that is in the file. */
  async #writeFlags(): Promise<void> {
    await this.#file.writeAt(FLAGS_AT, this.#opening.header().subarray(FLAGS_AT, FLAGS_AT + 1));
  }
}
