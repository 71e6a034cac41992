/**
 * What is in a recording, as far as its metadata tells it.
 *
 * @module
 */

import type { FlvTag } from "../../flv/flv_tag.ts";
import { KeyframeDetector } from "../../flv/keyframe_detector.ts";
import { mediaKind } from "../../flv/tag_kind.ts";
import { FileClock } from "./file_clock.ts";
import { KeyframeIndex, type KeyframeTable } from "./keyframe_index.ts";
import type { RecordingFacts } from "./recording_metadata.ts";
import { RecordingTime } from "./recording_time.ts";

/** Counts the frames of a file, and remembers where its keyframes are. */
export class RecordedFrames {
  /** Frames of video. */
  videoFrames = 0;
  /** Frames of audio. */
  audioFrames = 0;
  readonly #clock = new FileClock();
  readonly #keyframes = new KeyframeDetector();
  readonly #index = new KeyframeIndex();
  readonly #time = new RecordingTime();

  /** Seconds from the first frame to the end of the last. */
  get duration(): number {
    return this.#time.duration;
  }

  /** Where the keyframes are. */
  get keyframes(): KeyframeTable {
    return this.#index.table;
  }

  /**
   * Counts a tag.
   *
   * @param position Where it begins, in bytes from the beginning of the file.
   */
  count(tag: FlvTag, position: number): void {
    const kind = mediaKind(tag.type, tag.data);
    const isKeyframe = this.#keyframes.isKeyframe(tag, kind);
    if (kind !== "videoFrames" && kind !== "audioFrames") return;
    const time = this.#clock.time(tag.timestamp);
    this.#time.add(time, kind);
    this[kind]++;
    if (isKeyframe) this.#index.add(time, position);
  }

  /** The tags begin so many bytes later than was said. */
  move(bytes: number): void {
    this.#index.move(bytes);
  }

  /** What the metadata of a file of so many bytes says. */
  facts(filesize: number): RecordingFacts {
    const { duration, last } = this.#time;
    return { duration, lasttimestamp: last, filesize, keyframes: this.keyframes };
  }
}
