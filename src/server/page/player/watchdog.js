// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * Sees to it that the picture moves. It looks by a timer: a player that has stopped has no events.
 *
 * @module
 */

/** Milliseconds between two looks. */
const INTERVAL = 250;

/** A picture that has not moved for this long stands still, in milliseconds. */
const STILL_AFTER = 1_000;

/** For how long data may arrive and nothing be played, in milliseconds. */
const STALL_TIMEOUT = 2_500;

/** For how long frames may arrive and none be shown while the time moves, in milliseconds. */
const FRAME_TIMEOUT = 2_000;

/** The least frames that have to arrive for that. */
const MIN_FRAMES = 8;

/** Behind this it does not catch up by playing faster but jumps, in seconds. */
const JUMP_LATENCY = 8;

/** The same when a page is seen again. */
const JUMP_LATENCY_WHEN_SEEN = 2;

/** Jumps that may fail before the player restarts. */
const MAX_JUMPS = 2;

/** What is ahead by less than this is not worth a jump, in seconds. */
const MIN_AHEAD = 0.3;

/** The least way of a jump within what plays, in seconds: it frees a decoder that is stuck. */
const MIN_JUMP = 0.1;

/**
 * What is known of the feed.
 *
 * @typedef {{ lastTagAt: number, videoFrames: number, kinds: Set<string> }} FeedState
 */

/** Watches a video element. */
export class Watchdog {
  #video;
  #target;
  #feed;
  #onStuck;
  #onCheck;
  /** What was seen last, and when, in milliseconds. */
  #time = 0;
  #movedAt = -Infinity;
  #checkedAt = 0;
  /**
   * When data first arrived while the picture stood still.
   *
   * @type {number | undefined}
   */
  #dataSince;
  #frames = 0;
  #framesAt = 0;
  #framesGiven = 0;
  #jumpedAt = -Infinity;
  #jumps = 0;
  #startedAt = 0;
  #slack = 0;

  /**
   * @param {HTMLVideoElement} video
   * @param {object} options
   * @param {number} options.target Where to jump to, in seconds behind the newest frame.
   * @param {() => FeedState | undefined} options.feed What is being played.
   * @param {(problem: string) => void} options.onStuck Called when only a restart helps.
   * @param {() => void} options.onCheck Called after each look.
   */
  constructor(video, { target, feed, onStuck, onCheck }) {
    this.#video = video;
    this.#target = target;
    this.#feed = feed;
    this.#onStuck = onStuck;
    this.#onCheck = onCheck;
    setInterval(() => this.#check(), INTERVAL);
    document.addEventListener("visibilitychange", () => this.#onVisibilityChange());
  }

  /**
   * Gives what is on the screen now its time to begin.
   *
   * @param {number} slack Milliseconds beyond the usual.
   */
  begin(slack) {
    this.#startedAt = this.#framesAt = performance.now();
    this.#jumpedAt = -Infinity;
    this.#jumps = this.#frames = this.#framesGiven = 0;
    this.#dataSince = undefined;
    this.#time = this.#video.currentTime;
    this.#slack = slack;
  }

  /** Whether the picture moves. */
  get isMoving() {
    return performance.now() - this.#movedAt < STILL_AFTER;
  }

  /** Seconds of media that have arrived and were not played yet. */
  get ahead() {
    const { buffered, currentTime } = this.#video;
    return buffered.length === 0 ? 0 : buffered.end(buffered.length - 1) - currentTime;
  }

  #check() {
    const now = performance.now();
    const { currentTime, error } = this.#video;
    const hasMoved = currentTime !== this.#time;
    this.#time = currentTime;
    if (hasMoved) this.#movedAt = now;
    const feed = this.#feed();
    if (error) this.#onStuck(error.message || "The browser cannot decode the stream");
    else if (!feed || this.#video.paused) this.begin(this.#slack);
    else if (hasMoved) this.#checkMoving(now, feed);
    else this.#checkStill(now, feed);
    this.#checkedAt = now;
    this.#onCheck();
  }

  /**
   * @param {number} now
   * @param {FeedState} feed
   */
  #checkMoving(now, feed) {
    this.#dataSince = undefined;
    const { totalVideoFrames } = this.#video.getVideoPlaybackQuality();
    const isStill = feed.kinds.has("video") && !document.hidden &&
      totalVideoFrames === this.#frames;
    if (!isStill) {
      this.#frames = totalVideoFrames;
      this.#framesAt = now;
      this.#framesGiven = feed.videoFrames;
      if (now - this.#jumpedAt > STALL_TIMEOUT) this.#jumps = 0;
      if (this.ahead > JUMP_LATENCY) this.#jump(now);
    } else if (now - Math.max(this.#framesAt, this.#jumpedAt) > FRAME_TIMEOUT) {
      if (feed.videoFrames - this.#framesGiven < MIN_FRAMES) return;
      if (this.#jumps < MAX_JUMPS) this.#jump(now);
      else this.#onStuck("The picture stands still");
    }
  }

  /**
   * @param {number} now
   * @param {FeedState} feed
   */
  #checkStill(now, feed) {
    const isStill = now - Math.max(this.#movedAt, this.#startedAt, this.#jumpedAt) > STILL_AFTER;
    if (isStill && this.ahead > MIN_AHEAD && this.#jumps < MAX_JUMPS) return this.#jump(now);
    if (feed.lastTagAt > this.#checkedAt) this.#dataSince ??= now;
    if (this.#dataSince === undefined || now - feed.lastTagAt > STILL_AFTER) return;
    if (now - this.#dataSince > STALL_TIMEOUT + this.#slack) this.#onStuck("Nothing can be played");
  }

  /** A page that was hidden may be far behind, and its video paused. */
  #onVisibilityChange() {
    if (document.hidden || !this.#feed()) return;
    if (this.ahead > JUMP_LATENCY_WHEN_SEEN) this.#jump(performance.now());
    this.begin(this.#slack);
  }

  /**
   * To where the newest media is.
   *
   * @param {number} now
   */
  #jump(now) {
    const { buffered, currentTime } = this.#video;
    if (buffered.length === 0) return;
    const start = buffered.start(buffered.length - 1);
    const end = buffered.end(buffered.length - 1);
    const least = currentTime >= start ? currentTime + MIN_JUMP : start;
    this.#jumpedAt = now;
    this.#jumps++;
    this.#video.currentTime = Math.max(least, end - this.#target);
    this.#time = this.#video.currentTime;
  }
}
