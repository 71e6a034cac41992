// @ts-check
/// <reference lib="dom" />
/**
 * One stream on the video element, for as long as it is wanted. A feed brings it from the server; a
 * screen shows a feed; a watchdog sees whether the picture moves. When one of them fails, the
 * next feed is asked for, and replaces what is on the screen once it has something to show.
 *
 * @module
 */

import { serverUrl, urlPath } from "../api.js";
import { canPlay, excludedMedia, isUnplayable } from "../codecs.js";
import { Absences } from "./absences.js";
import { Feed } from "./feed.js";
import { Retries } from "./retries.js";
import { Screen, TARGET_LATENCY } from "./screen.js";
import { Watchdog } from "./watchdog.js";

/** @typedef {import("../types.ts").Stream} Stream */
/** @typedef {import("../types.ts").Kind} Kind */

/** How long the server may wait for a stream that has just ended, in seconds. */
const WAIT_SECONDS = 5;

/** What has played for this long plays, in milliseconds: the next try is a first one again. */
const STABLE_AFTER = 10_000;

/** A live stream is requested again when no tag has arrived for this long, in milliseconds. */
const SILENCE_LIMIT = 2_500;

/** A feed without a tag for this long has paused, in milliseconds. */
const PAUSED_AFTER = 1_000;

/**
 * @typedef {object} PlaybackHandlers
 * @property {() => void} onShow Something is on the screen: the video is to play.
 * @property {() => void} onCheck Called several times a second.
 * @property {() => void} onLost The server sends no more.
 */

/** Plays a stream, and recovers by itself after a fault. */
export class Playback {
  /**
   * The stream while it is live.
   *
   * @type {Stream | undefined}
   */
  stream;
  #video;
  #handlers;
  #watchdog;
  /** @type {Feed | undefined} */
  #feed;
  /** @type {Screen | undefined} */
  #screen;
  /**
   * The kinds of media that are on the screen.
   *
   * @type {Set<Kind>}
   */
  #shown = new Set();
  #usesWebSocket = true;
  #absences = new Absences();
  #retries = new Retries();
  /** Which kinds the feed was asked to leave out. */
  #excluded = "";
  #startedAt = 0;
  #problem = "";
  /** Bytes of the stream that the server had received when it was last asked. */
  #received = 0;

  /**
   * @param {HTMLVideoElement} video
   * @param {PlaybackHandlers} handlers
   */
  constructor(video, handlers) {
    this.#video = video;
    this.#handlers = handlers;
    this.#watchdog = new Watchdog(video, {
      target: TARGET_LATENCY,
      feed: () => this.#screen && this.#feed?.kinds.size ? this.#feed : undefined,
      onStuck: (problem) => this.#restart(problem),
      onCheck: () => this.#onCheck(),
    });
  }

  /** Whether the picture moves. */
  get isMoving() {
    return this.#watchdog.isMoving;
  }

  /** Seconds of media that have arrived and were not played yet. */
  get ahead() {
    return this.#watchdog.ahead;
  }

  /** Whether something has been shown, and may be still. */
  get hasScreen() {
    return this.#screen !== undefined;
  }

  /** Whether media arrives. */
  get isReceiving() {
    return this.#feed !== undefined && performance.now() - this.#feed.lastTagAt < PAUSED_AFTER;
  }

  /** Whether something was shown, and no more of it arrives. */
  get hasPaused() {
    return this.#screen !== undefined && this.#feed !== undefined && !this.isReceiving;
  }

  /** Why nothing plays, after some tries in vain. */
  get failure() {
    return this.#retries.shouldReport ? this.#problem : undefined;
  }

  /**
   * Whether a kind of media is on the screen.
   *
   * @param {Kind} kind
   */
  shows(kind) {
    return this.#shown.has(kind);
  }

  /** Begins, as if nothing had failed before. */
  start() {
    this.#problem = "";
    this.retryAtOnce();
    this.#connect();
  }

  /** What follows is a first try. */
  retryAtOnce() {
    this.#retries.reset();
    this.#retries.cancel();
  }

  /**
   * Sees whether the feed is what it has to be, by what the server says of the stream.
   *
   * @param {Stream} stream
   */
  check(stream) {
    const { bytes } = stream.ledger.received;
    const grows = bytes > this.#received;
    this.#received = bytes;
    if (this.#retries.isWaiting) return;
    if (!this.#feed || excludedMedia(stream) !== this.#excluded) return this.#connect();
    const silent = performance.now() - Math.max(this.#startedAt, this.#feed.lastTagAt);
    if (!grows || silent < SILENCE_LIMIT) return;
    // A way on which nothing arrives may be one that a proxy closes: the other one is tried.
    if (!this.#feed.hasBegun) this.#usesWebSocket = !this.#usesWebSocket;
    this.#restart("Nothing arrives");
  }

  /** Ends it, and shows nothing any more. */
  stop() {
    this.#retries.cancel();
    this.#feed?.close();
    this.#feed = undefined;
    this.#screen?.close();
    this.#screen = undefined;
    this.#absences.reset();
  }

  /** Asks the server for the stream. What is on the screen stays until there is something to show. */
  #connect() {
    this.#retries.cancel();
    this.#feed?.close();
    this.#feed = undefined;
    const { stream } = this;
    if (!stream || isUnplayable(stream)) return;
    this.#excluded = excludedMedia(stream);
    const query = `wait=${WAIT_SECONDS}&tracks=first${this.#excluded}`;
    const url = serverUrl(`${urlPath(stream)}.flv?${query}`);
    this.#startedAt = performance.now();
    /** @type {Feed} */
    const feed = new Feed(url, {
      usesWebSocket: this.#usesWebSocket,
      canPlay,
      absent: this.#absences.kinds,
      lateness: this.#absences.lateness,
    }, {
      onBegin: () => this.#show(feed),
      onChange: (absent) => this.#change(absent),
      onEnd: (problem) => this.#onFeedEnd(problem),
    });
    this.#feed = feed;
  }

  /** @param {Feed} feed */
  #show(feed) {
    this.#screen?.close();
    this.#screen = new Screen(this.#video, feed, (problem, isFatal) => {
      this.#problem = problem;
      if (isFatal && feed === this.#feed) this.#restart(problem);
    });
    this.#shown = feed.kinds;
    this.#usesWebSocket = feed.usesWebSocket;
    this.#startedAt = performance.now();
    this.#watchdog.begin(this.#retries.slack);
    this.#handlers.onShow();
  }

  /**
   * What the encoder sends has changed.
   *
   * @param {Map<Kind, number>} absent
   */
  #change(absent) {
    this.#absences.change(absent);
    this.#connect();
  }

  /**
   * The server sends no more.
   *
   * @param {string | undefined} problem
   */
  #onFeedEnd(problem) {
    this.#feed = undefined;
    this.stream = undefined;
    this.#absences.reset();
    if (problem) this.#problem = problem;
    this.#retries.schedule(() => this.#connect());
    this.#handlers.onLost();
  }

  /**
   * Restarts after a fault.
   *
   * @param {string} problem
   */
  #restart(problem) {
    this.#problem = problem;
    if (this.#feed) this.#absences.kinds = this.#feed.absent;
    this.#feed?.close();
    this.#feed = undefined;
    this.#retries.schedule(() => this.#connect());
  }

  #onCheck() {
    if (this.isMoving && performance.now() - this.#startedAt > STABLE_AFTER) this.#retries.reset();
    this.#handlers.onCheck();
  }
}
