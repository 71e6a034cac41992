/**
 * The first and last time of a recording, and its duration.
 *
 * @module
 */

/**
 * The kinds that count for the duration. Sequence headers may have time 0, hours before the frames.
 */
type FrameKind = "videoFrames" | "audioFrames";

/** The number of frame durations whose median is used. */
const LENGTHS = 16;

/** The longest duration that is assumed for the last frame, in milliseconds. */
const MAX_LENGTH = 1000;

/** The frames of one kind. */
class Track {
  last = -Infinity;
  #previous = NaN;
  /** The latest frame durations, in milliseconds; the oldest is overwritten. */
  readonly #lengths: number[] = [];
  #count = 0;

  add(time: number): void {
    const length = time - this.#previous;
    // Frames of several tracks have equal times, and a step back is no duration.
    if (length > 0) this.#lengths[this.#count++ % LENGTHS] = length;
    this.#previous = time;
    this.last = Math.max(this.last, time);
  }

  /** When the last frame ends, if it has the median duration. */
  get end(): number {
    const lengths = this.#lengths.toSorted((a, b) => a - b);
    const usual = lengths[lengths.length >> 1] ?? 0;
    return this.last + Math.min(usual, MAX_LENGTH);
  }
}

/** Measures the duration of a recording from the times of its frames. */
export class RecordingTime {
  #first = Infinity;
  readonly #tracks: Record<FrameKind, Track> = {
    videoFrames: new Track(),
    audioFrames: new Track(),
  };

  /** Counts a frame at its time, in milliseconds. */
  add(time: number, kind: FrameKind): void {
    this.#first = Math.min(this.#first, time);
    this.#tracks[kind].add(time);
  }

  /** Seconds from the first frame to the end of the last; 0 without frames. */
  get duration(): number {
    if (this.#first === Infinity) return 0;
    const { videoFrames, audioFrames } = this.#tracks;
    return (Math.max(videoFrames.end, audioFrames.end) - this.#first) / 1000;
  }

  /** The latest time of a frame, in seconds; 0 without frames. */
  get last(): number {
    if (this.#first === Infinity) return 0;
    const { videoFrames, audioFrames } = this.#tracks;
    return Math.max(videoFrames.last, audioFrames.last) / 1000;
  }
}
