// @ts-check
/// <reference lib="dom" />
/**
 * The player: plays the stream that it is told to, near the live edge, muted until the viewer wants to
 * hear it, and goes on by itself after whatever happens to the encoder, the server or the network.
 *
 * A feed brings one stream from the server; a screen shows a feed; a watchdog sees whether the picture
 * moves. When one of them cannot go on, the next feed is asked for, and replaces what is on the screen
 * once it has something to show.
 *
 * @module
 */

import { serverUrl, urlPath } from "../api.js";
import { canPlay, playable } from "../codecs.js";
import { fill, part, setText } from "../dom.js";
import { Feed } from "./feed.js";
import { Screen, TARGET_LATENCY } from "./screen.js";
import { Watchdog } from "./watchdog.js";

/** @typedef {import("../types.ts").Stream} Stream */
/** @typedef {import("../types.ts").Kind} Kind */
/** @typedef {"stopped" | "connecting" | "playing" | "waiting" | "failed"} State */

/** How long the server may wait for a stream that has just ended, in seconds. */
const WAIT = 5;

/** Waits before the next try, in milliseconds: the first follow fast, since most faults pass. */
const WAITS = [0, 250, 500, 1_000, 2_000, 4_000, 8_000, 15_000];

/** What has played for this long plays, in milliseconds: the next try is a first one again. */
const GOOD = 10_000;

/** From so many tries in vain on it is said why. */
const TRIES_IN_SILENCE = 3;

/** A live stream whose tags do not arrive for this long is asked for anew, in milliseconds. */
const SILENCE = 2_500;

/** The longest that a kind of media has to flow before it is worth an interruption, in milliseconds. */
const MAX_LATENESS = 30_000;

/** What the viewer is told while an encoder is away that may come back. */
export const WAITING = "Waiting for the encoder…";

/** A kind of media that did not stop for this long does not do so all the time, in milliseconds. */
const CALM = 30_000;

const ELSEWHERE = "Other players may: see “Watch it elsewhere”.";

/** Plays one stream at a time in the figure that it is given. */
export class Player {
  #root;
  #video;
  #onLost;
  #watchdog;
  /** Whether the viewer wants to see something. */
  #isOn = false;
  /** Whether the browser lets nothing play without a click. */
  #isBlocked = false;
  /**
   * The stream as it was when it was last live.
   *
   * @type {Stream | undefined}
   */
  #stream;
  #isLive = false;
  /** What the viewer is told while the stream is not live. */
  #absence = "";
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
  /**
   * Kinds that have stopped, and for how long they have to flow to be shown again.
   *
   * @type {Map<Kind, number>}
   */
  #absent = new Map();
  #lateness = 0;
  #absentAt = -Infinity;
  /** Which kinds the feed was asked to leave out. */
  #leftOut = "";
  #tries = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  #begunAt = 0;
  #problem = "";
  /** Bytes of the stream that the server had received when it was last asked. */
  #received = 0;

  /**
   * @param {HTMLElement} root
   * @param {() => void} onLost Called when the server has ended the stream, to ask it what there is.
   */
  constructor(root, onLost) {
    this.#root = root;
    this.#onLost = onLost;
    this.#video = /** @type {HTMLVideoElement} */ (root.querySelector("video"));
    this.#watchdog = new Watchdog(this.#video, {
      target: TARGET_LATENCY,
      feed: () => this.#screen && this.#feed?.kinds.size ? this.#feed : undefined,
      onStuck: (problem) => this.#again(problem),
      onLook: () => this.#look(),
    });
    part(root, "toggle").addEventListener("click", () => this.#isOn ? this.stop() : this.#start());
    part(root, "sound").addEventListener("click", () => this.#setMuted(!this.#video.muted));
    part(root, "fullscreen").addEventListener("click", () => this.#toggleFullscreen());
    part(root, "fullscreen").hidden = !document.fullscreenEnabled;
    document.addEventListener("visibilitychange", () => this.#see());
    this.#video.addEventListener("pause", () => this.#notePause());
    this.#setMuted(true);
    this.#show();
  }

  /**
   * Plays another stream, from now on until the next call.
   *
   * @param {string} path
   */
  watch(path) {
    this.#close();
    this.#stream = undefined;
    this.#isLive = false;
    this.#absence = "";
    this.#video.setAttribute("aria-label", `Live picture of ${path}`);
    this.#start();
  }

  /**
   * Takes what the server says of the stream.
   *
   * @param {Stream | undefined} stream `undefined` if it is not live.
   * @param {string} absence What to say then.
   */
  update(stream, absence) {
    const isNew = stream?.publisher.id !== this.#stream?.publisher.id;
    this.#isLive = stream !== undefined;
    this.#absence = absence;
    if (stream) {
      if (isNew) this.#tryAtOnce();
      this.#stream = stream;
      part(this.#root, "sound").hidden = !playable(stream).audio;
      if (this.#isOn) this.#check(stream);
    }
    this.#show();
  }

  /** Stops until the viewer wants to play again. */
  stop() {
    this.#isOn = false;
    this.#close();
    this.#show();
  }

  /** Whether the viewer listens. */
  get isHeard() {
    return this.#isOn && !this.#video.muted;
  }

  #start() {
    this.#isOn = true;
    this.#isBlocked = false;
    this.#problem = "";
    this.#tryAtOnce();
    this.#connect();
    this.#show();
  }

  #tryAtOnce() {
    this.#tries = 0;
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  /**
   * Whether the feed is what it has to be.
   *
   * @param {Stream} stream
   */
  #check(stream) {
    const { bytes } = stream.ledger.received;
    const grows = bytes > this.#received;
    this.#received = bytes;
    if (this.#retry !== undefined) return;
    if (!this.#feed || leftOut(stream) !== this.#leftOut) return this.#connect();
    const silent = performance.now() - Math.max(this.#begunAt, this.#feed.lastTagAt);
    if (!grows || silent < SILENCE) return;
    // A way on which nothing arrives may be one that a proxy closes: the other one is tried.
    if (!this.#feed.hasBegun) this.#usesWebSocket = !this.#usesWebSocket;
    this.#again("Nothing arrives");
  }

  /** Asks the server for the stream. What is on the screen stays until there is something to show. */
  #connect() {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#feed?.close();
    this.#feed = undefined;
    const stream = this.#stream;
    if (!stream || !this.#isLive || isUnplayable(stream)) return;
    this.#leftOut = leftOut(stream);
    const query = `wait=${WAIT}&tracks=first${this.#leftOut}`;
    const url = serverUrl(`${urlPath(stream)}.flv?${query}`);
    this.#begunAt = performance.now();
    /** @type {Feed} */
    const feed = new Feed(url, {
      usesWebSocket: this.#usesWebSocket,
      canPlay,
      absent: this.#absent,
      lateness: this.#lateness,
    }, {
      onBegin: () => this.#showFeed(feed),
      onChange: (absent) => this.#change(absent),
      onEnd: (problem) => this.#lose(problem),
    });
    this.#feed = feed;
  }

  /** @param {Feed} feed */
  #showFeed(feed) {
    this.#screen?.close();
    this.#screen = new Screen(this.#video, feed, (problem, isFatal) => {
      this.#problem = problem;
      if (isFatal && feed === this.#feed) this.#again(problem);
    });
    this.#shown = feed.kinds;
    this.#usesWebSocket = feed.usesWebSocket;
    this.#begunAt = performance.now();
    this.#watchdog.begin(WAITS[Math.min(this.#tries, 5)] ?? 0);
    this.#playVideo();
  }

  /**
   * Browsers play sound only for viewers who have done something on the page; some play nothing.
   *
   * @returns {Promise<void>}
   */
  async #playVideo() {
    try {
      await this.#video.play();
    } catch (error) {
      // Any other reason is that it is replaced, or what the watchdog sees.
      if (/** @type {Error} */ (error).name !== "NotAllowedError" || !this.#isOn) return;
      if (!this.#video.muted) {
        this.#setMuted(true);
        return void this.#playVideo();
      }
      this.#isBlocked = true;
      this.stop();
    }
  }

  /**
   * What the encoder sends has changed.
   *
   * @param {Map<Kind, number>} absent
   */
  #change(absent) {
    if (absent.size > this.#absent.size) this.#noteAbsence();
    this.#absent = absent;
    this.#connect();
  }

  /** An encoder whose sound stops again and again should not interrupt the picture each time. */
  #noteAbsence() {
    const now = performance.now();
    const isFirst = now - this.#absentAt > CALM;
    this.#lateness = isFirst ? 0 : Math.min(2 * this.#lateness || 1_000, MAX_LATENESS);
    this.#absentAt = now;
  }

  /**
   * The server sends no more.
   *
   * @param {string | undefined} problem
   */
  #lose(problem) {
    this.#feed = undefined;
    this.#isLive = false;
    this.#absence = "";
    this.#absent = new Map();
    this.#lateness = 0;
    if (problem) this.#problem = problem;
    this.#wait();
    this.#onLost();
  }

  /**
   * Begins anew after a fault.
   *
   * @param {string} problem
   */
  #again(problem) {
    this.#problem = problem;
    if (this.#feed) this.#absent = this.#feed.absent;
    this.#feed?.close();
    this.#feed = undefined;
    this.#wait();
  }

  #wait() {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#connect(), WAITS[this.#tries]);
    this.#tries = Math.min(this.#tries + 1, WAITS.length - 1);
  }

  #close() {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#feed?.close();
    this.#feed = undefined;
    this.#screen?.close();
    this.#screen = undefined;
    this.#absent = new Map();
    this.#lateness = 0;
  }

  #look() {
    if (this.#watchdog.isMoving && performance.now() - this.#begunAt > GOOD) this.#tries = 0;
    this.#show();
  }

  /** A browser may have paused a video in a hidden page. */
  #see() {
    if (!document.hidden && this.#isOn && this.#screen && this.#video.paused) this.#playVideo();
  }

  /** A key of the keyboard or a headset may pause a video. */
  #notePause() {
    const { paused, ended, error } = this.#video;
    if (paused && !ended && !error && !document.hidden && this.#isOn && this.#screen) this.stop();
  }

  /** @returns {[state: State, message: string]} */
  get #state() {
    const stream = this.#stream;
    const isFed = this.#feed !== undefined && performance.now() - this.#feed.lastTagAt < 1_000;
    if (!this.#isOn) return ["stopped", this.#isBlocked ? "Press Play." : ""];
    if (this.#watchdog.isMoving && (this.#isLive || isFed)) return ["playing", this.#remark()];
    if (!stream || !this.#isLive) return ["waiting", this.#absence];
    if (isUnplayable(stream)) return ["failed", `${playable(stream).problem} ${ELSEWHERE}`];
    if (this.#tries > TRIES_IN_SILENCE) {
      return ["failed", `The player cannot go on: ${this.#problem}. ${ELSEWHERE}`];
    }
    const hasStopped = this.#screen && this.#feed && !isFed;
    return hasStopped ? ["waiting", WAITING] : ["connecting", "Connecting…"];
  }

  /** What there is to say while something plays. */
  #remark() {
    if (!this.#stream) return "";
    return playable(this.#stream).problem || (this.#shown.has("video") ? "" : "Sound only");
  }

  #show() {
    const [state, message] = this.#state;
    const isPlaying = state === "playing" && this.#isLive;
    const latency = isPlaying ? `buffer ${Math.max(0, this.#watchdog.ahead).toFixed(1)} s` : "";
    this.#root.dataset.state = state;
    setText(part(this.#root, "latency"), latency);
    fill(this.#root, { message });
    label(part(this.#root, "toggle"), this.#isOn ? "stop" : "play", this.#isOn ? "Stop" : "Play");
  }

  /** @param {boolean} muted */
  #setMuted(muted) {
    this.#video.muted = muted;
    const button = part(this.#root, "sound");
    button.classList.toggle("primary", muted);
    label(button, muted ? "muted" : "sound", muted ? "Turn sound on" : "Mute");
  }

  #toggleFullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.#root.requestFullscreen();
  }
}

/**
 * What cannot be played is not asked for, so that the rest can be.
 *
 * @param {Stream} stream
 */
function leftOut(stream) {
  const { video, audio } = playable(stream);
  return `${stream.video && !video ? "&video=0" : ""}${stream.audio && !audio ? "&audio=0" : ""}`;
}

/**
 * Whether the browser can play nothing of a stream.
 *
 * @param {Stream} stream
 */
function isUnplayable(stream) {
  const { video, audio, problem } = playable(stream);
  return !video && !audio && problem !== "";
}

/**
 * @param {HTMLElement} button
 * @param {string} icon
 * @param {string} text
 */
function label(button, icon, text) {
  button.querySelector("use")?.setAttribute("href", `#i-${icon}`);
  setText(/** @type {Element} */ (button.querySelector("span")), text);
}
