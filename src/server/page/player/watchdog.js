// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * A watchdog for the video element. It uses a timer, since a stalled player has no events.
 *
 * @module
 */

/** Interval between checks, in milliseconds. */
const INTERVAL = 250;

/** Time without progress after which the video counts as still, in milliseconds. */
const STILL_AFTER = 1_000;

/** How long data may arrive while nothing is played, in milliseconds. */
const STALL_TIMEOUT = 2_500;

/** How long frames may arrive while none is shown and the time advances, in milliseconds. */
const FRAME_TIMEOUT = 2_000;

/** The fewest frames that must arrive in that time. */
const MIN_FRAMES = 8;

/** Latency above which the player jumps instead of playing faster, in seconds. */
const JUMP_LATENCY = 8;

/** That latency when a hidden page becomes visible, in seconds. */
const JUMP_LATENCY_WHEN_SEEN = 2;

/** The number of failed jumps before the player restarts. */
const MAX_JUMPS = 2;

/** The least buffered media for a jump, in seconds. */
const MIN_AHEAD = 0.3;

/** The shortest jump within the buffered media, in seconds; it frees a stuck decoder. */
const MIN_JUMP = 0.1;

/**
 * The state of the feed.
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
  /** The video's time at the last check. */
  #time = 0;
  #movedAt = -Infinity;
  #checkedAt = 0;
  /**
   * When data first arrived while the video was still.
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
   * Starts watching a new screen.
   *
   * @param {number} slack The additional time that it may take, in milliseconds.
   */
  begin(slack) {
    this.#startedAt = this.#framesAt = performance.now();
    this.#jumpedAt = -Infinity;
    this.#jumps = this.#frames = this.#framesGiven = 0;
    this.#dataSince = undefined;
    this.#time = this.#video.currentTime;
    this.#slack = slack;
  }

  /** Whether the video advances. */
  get isMoving() {
    return performance.now() - this.#movedAt < STILL_AFTER;
  }

  /** The media that is buffered and not played yet, in seconds. */
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

  /** Catches up when the page becomes visible: a hidden page may have fallen behind. */
  #onVisibilityChange() {
    if (document.hidden || !this.#feed()) return;
    if (this.ahead > JUMP_LATENCY_WHEN_SEEN) this.#jump(performance.now());
    this.begin(this.#slack);
  }

  /**
   * Jumps near the newest media.
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
