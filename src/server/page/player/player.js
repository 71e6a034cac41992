// @ts-check
/// <reference lib="dom" />
/**
 * The player: it plays one stream near the live edge, muted until the viewer turns the sound on, and
 * shows its state. `playback.js` recovers after failures of the encoder, the server or the network.
 *
 * @module
 */

import { isUnplayable, playable } from "../codecs.js";
import { Controls } from "./controls.js";
import { Playback } from "./playback.js";

/** @typedef {import("../types.ts").Stream} Stream */
/** @typedef {"stopped" | "connecting" | "playing" | "waiting" | "failed"} State */

/** The message while an encoder is away that may reconnect. */
export const WAITING = "Waiting for the encoder…";

const ELSEWHERE = "Other players may: see “Watch it elsewhere”.";

/** Plays one stream at a time. */
export class Player {
  #video;
  #controls;
  #playback;
  /** Whether the viewer wants to watch. */
  #isOn = false;
  /** Whether the browser lets nothing play without a click. */
  #isBlocked = false;
  /**
   * The stream as it was when it was last live.
   *
   * @type {Stream | undefined}
   */
  #stream;
  /** The message while the stream is not live. */
  #absence = "";

  /**
   * @param {HTMLElement} root
   * @param {() => void} onLost Called when the server has ended the stream, to ask it what there is.
   */
  constructor(root, onLost) {
    this.#video = /** @type {HTMLVideoElement} */ (root.querySelector("video"));
    this.#controls = new Controls(
      root,
      this.#video,
      () => this.#isOn ? this.stop() : this.#start(),
    );
    this.#playback = new Playback(this.#video, {
      onShow: () => this.#playVideo(),
      onCheck: () => this.#show(),
      onLost: () => {
        this.#absence = "";
        onLost();
      },
    });
    document.addEventListener("visibilitychange", () => this.#onVisibilityChange());
    this.#video.addEventListener("pause", () => this.#onPause());
    this.#show();
  }

  /**
   * Plays another stream until the next call.
   *
   * @param {string} path
   */
  watch(path) {
    this.#playback.stop();
    this.#playback.stream = undefined;
    this.#stream = undefined;
    this.#absence = "";
    this.#video.setAttribute("aria-label", `Live picture of ${path}`);
    this.#start();
  }

  /**
   * Updates the server's description of the stream.
   *
   * @param {Stream | undefined} stream `undefined` if it is not live.
   * @param {string} absence The message for a stream that is not live.
   */
  update(stream, absence) {
    const isNew = stream?.publisher.id !== this.#stream?.publisher.id;
    this.#playback.stream = stream;
    this.#absence = absence;
    if (stream) {
      if (isNew) this.#playback.retryAtOnce();
      this.#stream = stream;
      this.#controls.setSound(playable(stream).audio);
      if (this.#isOn) this.#playback.check(stream);
    }
    this.#show();
  }

  /** Stops until the viewer wants to play again. */
  stop() {
    this.#isOn = false;
    this.#playback.stop();
    this.#show();
  }

  /** Whether it plays with sound. */
  get isAudible() {
    return this.#isOn && !this.#video.muted;
  }

  get #isLive() {
    return this.#playback.stream !== undefined;
  }

  #start() {
    this.#isOn = true;
    this.#isBlocked = false;
    this.#playback.start();
    this.#show();
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
      // Otherwise the video is being replaced, or the watchdog notices the failure.
      if (/** @type {Error} */ (error).name !== "NotAllowedError" || !this.#isOn) return;
      if (!this.#video.muted) {
        this.#controls.setMuted(true);
        return void this.#playVideo();
      }
      this.#isBlocked = true;
      this.stop();
    }
  }

  /** A browser may have paused a video in a hidden page. */
  #onVisibilityChange() {
    const isSeen = !document.hidden && this.#isOn && this.#playback.hasScreen;
    if (isSeen && this.#video.paused) this.#playVideo();
  }

  /** A key of the keyboard or a headset may pause a video. */
  #onPause() {
    const { paused, ended, error } = this.#video;
    const isOn = !document.hidden && this.#isOn && this.#playback.hasScreen;
    if (paused && !ended && !error && isOn) this.stop();
  }

  /** @returns {[state: State, message: string]} */
  get #state() {
    const stream = this.#stream;
    const { isReceiving, isMoving, hasPaused, failure } = this.#playback;
    if (!this.#isOn) return ["stopped", this.#isBlocked ? "Press Play." : ""];
    if (isMoving && (this.#isLive || isReceiving)) return ["playing", this.#remark()];
    if (!stream || !this.#isLive) return ["waiting", this.#absence];
    if (isUnplayable(stream)) return ["failed", `${playable(stream).problem} ${ELSEWHERE}`];
    if (failure !== undefined) {
      return ["failed", `The player cannot go on: ${failure}. ${ELSEWHERE}`];
    }
    return hasPaused ? ["waiting", WAITING] : ["connecting", "Connecting…"];
  }

  /** The message while something plays. */
  #remark() {
    if (!this.#stream) return "";
    return playable(this.#stream).problem || (this.#playback.shows("video") ? "" : "Sound only");
  }

  #show() {
    const [state, message] = this.#state;
    const isPlaying = state === "playing" && this.#isLive;
    const latency = isPlaying ? `buffer ${Math.max(0, this.#playback.ahead).toFixed(1)} s` : "";
    this.#controls.show({ state, message, latency, isOn: this.#isOn });
  }
}
