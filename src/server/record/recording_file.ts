/**
 * One recording: an FLV file that is whole up to its last tag at every moment.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { FlvError } from "../../errors.ts";
import { FlvDemuxer } from "../../flv/demuxer.ts";
import { FILE_HEADER_LENGTH, FLAGS_AT } from "../../flv/file_header.ts";
import type { FlvTag } from "../../flv/flv_tag.ts";
import { FlvMuxer } from "../../flv/muxer.ts";
import { Keyframes } from "../../flv/keyframes.ts";
import { mediaKind } from "../../flv/tag_kind.ts";
import { PREVIOUS_TAG_SIZE_LENGTH, TAG_HEADER_LENGTH } from "../../flv/tag_header.ts";
import { FileClock } from "./file_clock.ts";
import { KeyframeIndex } from "./keyframe_index.ts";
import {
  RECORDING_METADATA_LIMITS,
  type RecordingFacts,
  RecordingMetadata,
  recordingMetadataOf,
} from "./recording_metadata.ts";
import { RecordingTime } from "./recording_time.ts";

/** How often it is checked whether the file still has a name, in milliseconds. */
const NAME_CHECK_INTERVAL = 5_000;

/** Bytes that are read at once of a file that was left unfinished. */
const READ_SIZE = 256 * 1024;

/**
 * Writes tags to a file, the first of which is metadata with room for an index. Media and its times
 * stay as they are. What is written again is written in its place and keeps its length, so that
 * nothing is ever moved, and a program that is killed or a disk that is full costs the index alone.
 */
export class RecordingFile {
  readonly #file: Deno.FsFile;
  readonly #clock = new FileClock();
  readonly #keyframes = new Keyframes();
  readonly #index = new KeyframeIndex();
  readonly #time = new RecordingTime();
  /** What has come, as the header says. */
  readonly #has = { audio: false, video: false };
  #muxer = new FlvMuxer(this.#has);
  #metadata: RecordingMetadata | undefined;
  /** When the metadata is of, in milliseconds. */
  #metadataTime = 0;
  /** Bytes of the file that are whole. */
  #length = 0;
  /** Bytes of the last tag that was found in a file, without the size after it. */
  #lastSize = 0;
  readonly #frames = { videoFrames: 0, audioFrames: 0 };
  /** When the file was last seen to have a name, by `performance.now()`. */
  #checkedAt = performance.now();
  readonly #isReadable: boolean;

  /**
   * Begins a file that is empty.
   *
   * @param isReadable Whether Deno permits to read it: else it is not noticed when it is removed.
   */
  constructor(file: Deno.FsFile, isReadable = true) {
    this.#file = file;
    this.#isReadable = isReadable;
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
    const demuxer = new FlvDemuxer();
    const memory = new Uint8Array(READ_SIZE);
    for (let read = await file.read(memory); read !== null; read = await file.read(memory)) {
      demuxer.decode(memory.subarray(0, read), (tag) => recording.#find(tag));
    }
    if (demuxer.header) {
      Object.assign(recording.#has, { audio: demuxer.header.audio, video: demuxer.header.video });
      recording.#muxer = new FlvMuxer(recording.#has);
    }
    await file.truncate(recording.#length);
    await recording.#writeLastSize();
    if (recording.#length > 0 && !recording.#metadata) {
      throw new FlvError("Cannot complete a recording", {
        read: "another first tag than the metadata of a recording",
      });
    }
    return recording;
  }

  /** Bytes that have been written. */
  get bytes(): number {
    return this.#length;
  }

  /** Seconds from the first frame to the end of the last. */
  get duration(): number {
    return this.#time.duration;
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
   * Writes the next tag.
   *
   * @throws {Error} If it cannot be written; then the file ends with the tag before.
   */
  async write(tag: FlvTag): Promise<void> {
    if (!this.#metadata && await this.#begin(tag)) return;
    if (tag.type !== "script" && !this.#has[tag.type]) await this.#announce(tag.type);
    const position = this.#length;
    await this.#append(this.#muxer.tag(tag));
    this.#count(tag, position);
    if (performance.now() - this.#checkedAt > NAME_CHECK_INTERVAL) await this.#checkName();
  }

  /**
   * Writes what is known only now, and closes the file.
   *
   * @throws {Error} If it cannot be written.
   */
  async finish(): Promise<void> {
    try {
      if (!this.#metadata) await this.#begin();
      if (this.#length === 0) return;
      await this.#writeAt(
        0,
        this.#opening({
          duration: this.#time.duration,
          lasttimestamp: this.#time.last,
          filesize: this.#length,
          keyframes: this.#index.table,
        }),
      );
      await this.#checkName();
      await this.#file.syncData();
    } finally {
      this.#file.close();
    }
  }

  /** Counts a tag that stands in the file. */
  #count(tag: FlvTag, position: number): void {
    const kind = mediaKind(tag.type, tag.data);
    const isKeyframe = this.#keyframes.take(tag, kind);
    if (kind !== "videoFrames" && kind !== "audioFrames") return;
    const time = this.#clock.time(tag.timestamp);
    this.#time.add(time, kind);
    this.#frames[kind]++;
    if (isKeyframe) this.#index.add(time, position);
  }

  /** Counts a tag that was found in a file; the first is metadata of ours. */
  #find(tag: FlvTag): void {
    const position = this.#length || FILE_HEADER_LENGTH + PREVIOUS_TAG_SIZE_LENGTH;
    this.#lastSize = TAG_HEADER_LENGTH + tag.data.length;
    if (this.#length === 0) {
      const own = recordingMetadataOf(tag, RECORDING_METADATA_LIMITS);
      if (own?.encode().length === tag.data.length) this.#metadata = own;
      this.#metadataTime = tag.timestamp;
    } else this.#count(tag, position);
    this.#length = position + this.#lastSize + PREVIOUS_TAG_SIZE_LENGTH;
  }

  /** The size that stands after the last tag that was found may have been torn. */
  async #writeLastSize(): Promise<void> {
    if (this.#length === 0) return;
    const size = new Uint8Array(PREVIOUS_TAG_SIZE_LENGTH);
    new DataView(size.buffer).setUint32(0, this.#lastSize);
    await this.#writeAt(this.#length - PREVIOUS_TAG_SIZE_LENGTH, size);
  }

  /** What is written to a file without a name is lost when the file is closed. */
  async #checkName(): Promise<void> {
    if (!this.#isReadable) return;
    this.#checkedAt = performance.now();
    const { nlink } = await this.#file.stat();
    if (nlink === 0) throw new Error("the file was removed while it was written");
  }

  /** Writes header and metadata; returns whether the first tag was that metadata. */
  async #begin(first?: FlvTag): Promise<boolean> {
    const own = first && recordingMetadataOf(first);
    this.#metadata = own ?? new RecordingMetadata();
    if (own) this.#metadataTime = first.timestamp;
    await this.#append(this.#opening());
    return own !== undefined;
  }

  /** Header and metadata. */
  #opening(facts?: RecordingFacts): Uint8Array {
    const data = this.#metadata!.encode(facts);
    const tag: FlvTag = { type: "script", timestamp: this.#metadataTime, data };
    return concat([this.#muxer.header(), this.#muxer.tag(tag)]);
  }

  /** Says in the header that a kind of media is in the file, before it is. */
  async #announce(type: "audio" | "video"): Promise<void> {
    this.#has[type] = true;
    this.#muxer = new FlvMuxer(this.#has);
    await this.#writeAt(FLAGS_AT, this.#muxer.header().subarray(FLAGS_AT, FLAGS_AT + 1));
  }

  async #append(bytes: Uint8Array): Promise<void> {
    try {
      await this.#writeAll(bytes);
      this.#length += bytes.length;
    } catch (error) {
      await this.#file.truncate(this.#length);
      await this.#file.seek(this.#length, Deno.SeekMode.Start);
      throw error;
    }
  }

  async #writeAt(position: number, bytes: Uint8Array): Promise<void> {
    await this.#file.seek(position, Deno.SeekMode.Start);
    await this.#writeAll(bytes);
    await this.#file.seek(this.#length, Deno.SeekMode.Start);
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#file.write(bytes.subarray(at));
  }
}
