/**
 * The frames of a recording, counted for its metadata.
 *
 * @module
 */

import type { ClassifiedTag } from "../../channel/counted_tag.ts";
import { FileClock } from "./file_clock.ts";
import { KeyframeIndex, type KeyframeTable } from "./keyframe_index.ts";
import type { RecordingFacts } from "./recording_metadata.ts";
import { RecordingTime } from "./recording_time.ts";

/** Counts the frames of a file, and indexes its keyframes. */
export class RecordedFrames {
  /** Frames of video. */
  videoFrames = 0;
  /** Frames of audio. */
  audioFrames = 0;
  readonly #clock = new FileClock();
  readonly #index = new KeyframeIndex();
  readonly #time = new RecordingTime();

  /** Seconds from the first frame to the end of the last. */
  get duration(): number {
    return this.#time.duration;
  }

  /** The keyframe index. */
  get keyframes(): KeyframeTable {
    return this.#index.table;
  }

  /**
   * Counts a tag.
   *
   * @param position Its position, in bytes from the beginning of the file.
   */
  count({ tag, kind, isRandomAccess }: ClassifiedTag, position: number): void {
    if (kind !== "videoFrames" && kind !== "audioFrames") return;
    const time = this.#clock.time(tag.timestamp);
    this.#time.add(time, kind);
    this[kind]++;
    if (isRandomAccess) this.#index.add(time, position);
  }

  /** Adds an offset to all positions. */
  move(bytes: number): void {
    this.#index.move(bytes);
  }

  /** The facts for the metadata of a file of this size. */
  facts(filesize: number): RecordingFacts {
    const { duration, last } = this.#time;
    return { duration, lasttimestamp: last, filesize, keyframes: this.keyframes };
  }
}
