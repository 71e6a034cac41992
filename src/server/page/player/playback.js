// @ts-check
/// <reference lib="dom" />
/**
 * The playback of one stream on the video element. A feed receives the stream from the server, a
 * screen shows the feed, and a watchdog checks that the video advances. When one of them fails, the
 * playback opens another feed, which replaces the screen as soon as it has media.
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

/** The time after which playback counts as stable, so that retries start again, in milliseconds. */
const STABLE_AFTER = 10_000;

/** Time without a tag after which a live stream is requested again, in milliseconds. */
const SILENCE_LIMIT = 2_500;

/** Time without a tag after which a feed counts as paused, in milliseconds. */
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
   * The kinds of media on the screen.
   *
   * @type {Set<Kind>}
   */
  #shown = new Set();
  #usesWebSocket = true;
  #absences = new Absences();
  #retries = new Retries();
  /** The query parameters of the feed that exclude media. */
  #excluded = "";
  #startedAt = 0;
  #problem = "";
  /** The bytes of the stream that the server had received at its last answer. */
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

  /** Whether the video advances. */
  get isMoving() {
    return this.#watchdog.isMoving;
  }

  /** The media that is buffered and not played yet, in seconds. */
  get ahead() {
    return this.#watchdog.ahead;
  }

  /** Whether something is or was shown. */
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

  /** The problem, after several failed tries. */
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

  /** Starts playback, and forgets earlier failures. */
  start() {
    this.#problem = "";
    this.retryAtOnce();
    this.#connect();
  }

  /** Resets the retries. */
  retryAtOnce() {
    this.#retries.reset();
    this.#retries.cancel();
  }

  /**
   * Checks the feed against the server's description of the stream.
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
    // A proxy may block this kind of connection, so the other kind is tried.
    if (!this.#feed.hasBegun) this.#usesWebSocket = !this.#usesWebSocket;
    this.#restart("Nothing arrives");
  }

  /** Stops playback, and clears the screen. */
  stop() {
    this.#retries.cancel();
    this.#feed?.close();
    this.#feed = undefined;
    this.#screen?.close();
    this.#screen = undefined;
    this.#absences.reset();
  }

  /** Opens a feed. The screen stays until the feed has something to show. */
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
   * Called when the encoder's media has changed.
   *
   * @param {Map<Kind, number>} absent
   */
  #change(absent) {
    this.#absences.change(absent);
    this.#connect();
  }

  /**
   * Called when the server has ended the feed.
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
   * Closes the feed after a failure, and schedules the next one.
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
