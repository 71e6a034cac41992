// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * The player: mpegts.js over WS-FLV, or HTTP-FLV where a proxy takes no WebSockets; near the live edge,
 * and muted until somebody wants to hear it.
 *
 * @module
 */

import { urlPath } from "./api.js";
import { playable } from "./codecs.js";
import { fill, part, setText } from "./dom.js";

/** @typedef {import("./types.ts").Stream} Stream */
/** @typedef {typeof import("mpegts.js").default} Mpegts */
/**
 * Whoever has ended begins again when there is something to play; whoever has failed, with another
 * publication only.
 *
 * @typedef {"stopped" | "connecting" | "playing" | "ended" | "failed"} State
 */

/** How long the server may wait for a stream that has just gone, in seconds. */
const WAIT = 5;

/** Behind this the player does not catch up by playing faster but jumps, in seconds. */
const JUMP_LATENCY = 8;

/** Where it jumps to, in seconds behind the newest frame. */
const TARGET_LATENCY = 0.8;

/** What has been played is kept for so many seconds. */
const MAX_BACK_BUFFER = 30;
const MIN_BACK_BUFFER = 10;

/** How mpegts.js is to play: at once, and never much behind the newest frame. */
const CONFIG = {
  enableStashBuffer: false,
  lazyLoad: false,
  liveSync: true,
  liveSyncTargetLatency: TARGET_LATENCY,
  autoCleanupSourceBuffer: true,
  autoCleanupMaxBackwardDuration: MAX_BACK_BUFFER,
  autoCleanupMinBackwardDuration: MIN_BACK_BUFFER,
};

const mpegts = /** @type {Mpegts} */ (Reflect.get(globalThis, "mpegts"));
mpegts.LoggingControl.enableAll = false;

/** Plays one stream at a time in the figure that it is given. */
export class Player {
  /** @type {State} */
  #state = "stopped";
  /** @type {Stream | undefined} */
  #stream;
  /** @type {ReturnType<Mpegts["createPlayer"]> | undefined} */
  #player;
  #usesWebSocket = true;
  #root;
  #video;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    this.#video = /** @type {HTMLVideoElement} */ (root.querySelector("video"));
    this.#video.addEventListener("playing", () => this.#become("playing"));
    this.#video.addEventListener("ended", () => this.#become("ended", "The stream has ended."));
    this.#video.addEventListener("timeupdate", () => this.#stayLive());
    part(root, "toggle").addEventListener("click", () => this.#isOn ? this.stop() : this.#start());
    part(root, "sound").addEventListener("click", () => this.#setMuted(!this.#video.muted));
    part(root, "fullscreen").addEventListener("click", () => this.#toggleFullscreen());
    part(root, "fullscreen").hidden = !document.fullscreenEnabled;
    this.#setMuted(true);
    this.#become("stopped");
  }

  /**
   * Plays another stream.
   *
   * @param {Stream} stream
   */
  play(stream) {
    this.#notice(stream);
    this.#video.setAttribute("aria-label", `Live picture of ${stream.path}`);
    this.#start();
  }

  /**
   * Takes notice that a stream is live: one that was lost, or that has come back, is played again.
   *
   * @param {Stream} stream
   */
  update(stream) {
    const isNew = stream.publisher.id !== this.#stream?.publisher.id;
    this.#notice(stream);
    if (this.#state === "ended" || (this.#state === "failed" && isNew)) this.#start();
  }

  /** Stops until it is told to play again. */
  stop() {
    this.#destroy();
    this.#become("stopped");
  }

  get #isOn() {
    return this.#state === "playing" || this.#state === "connecting";
  }

  /** @param {Stream} stream */
  #notice(stream) {
    this.#stream = stream;
    part(this.#root, "sound").hidden = !playable(stream).audio;
  }

  #start() {
    this.#destroy();
    const stream = this.#stream;
    if (!stream) return;
    const { video, audio, problem } = playable(stream);
    if (!video && !audio) {
      if (problem) return this.#become("failed", `${problem} ${ELSEWHERE}`);
      return this.#become("ended", "Nothing to play has come yet.");
    }
    const url = new URL(`${urlPath(stream)}.flv?wait=${WAIT}`, document.baseURI);
    if (this.#usesWebSocket) url.protocol = url.protocol.replace("http", "ws");
    // Whatever cannot be played is not sent, so that the rest can be.
    if (stream.video && !video) url.searchParams.set("video", "0");
    if (stream.audio && !audio) url.searchParams.set("audio", "0");
    const source = { type: "flv", isLive: true, url: url.href };
    const player = mpegts.createPlayer(source, CONFIG);
    this.#player = player;
    player.on(mpegts.Events.ERROR, (type, detail, info) => this.#fail(type, detail, info?.msg));
    player.attachMediaElement(this.#video);
    player.load();
    this.#become("connecting", "Connecting…");
    this.#playVideo();
  }

  /** Browsers play sound only for those who have done something on the page; a picture they always do. */
  async #playVideo() {
    try {
      await this.#video.play();
    } catch (error) {
      if (/** @type {Error} */ (error).name !== "NotAllowedError" || this.#video.muted) return;
      this.#setMuted(true);
      await this.#playVideo();
    }
  }

  /**
   * @param {string} type
   * @param {string} detail
   * @param {string | undefined} message
   */
  #fail(type, detail, message) {
    this.#destroy();
    if (type === mpegts.ErrorTypes.NETWORK_ERROR) {
      // What has never begun to play may come by the other way.
      if (this.#state === "connecting") this.#usesWebSocket = !this.#usesWebSocket;
      return this.#become("ended", "The connection to the stream was lost.");
    }
    this.#become("failed", `The player cannot go on: ${message ?? detail}. ${ELSEWHERE}`);
  }

  #destroy() {
    this.#player?.destroy();
    this.#player = undefined;
  }

  /** Jumps when it is too far behind, as after the page was hidden. */
  #stayLive() {
    const { buffered, currentTime } = this.#video;
    if (buffered.length === 0 || this.#state !== "playing") return;
    const newest = buffered.end(buffered.length - 1);
    const latency = newest - currentTime;
    if (latency > JUMP_LATENCY) this.#video.currentTime = newest - TARGET_LATENCY;
    setText(part(this.#root, "latency"), `${latency.toFixed(1)} s behind live`);
  }

  /** What there is to say while something plays. */
  #remark() {
    if (!this.#stream) return "";
    const { video, problem } = playable(this.#stream);
    return problem || (video ? "" : "Sound only");
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

  /**
   * @param {State} state
   * @param {string} message
   */
  #become(state, message = "") {
    this.#state = state;
    this.#root.dataset.state = state;
    if (state !== "playing") setText(part(this.#root, "latency"), "");
    fill(this.#root, { message: state === "playing" ? this.#remark() : message });
    label(part(this.#root, "toggle"), this.#isOn ? "stop" : "play", this.#isOn ? "Stop" : "Play");
  }
}

const ELSEWHERE = "Other players may: see “Watch it elsewhere”.";

/**
 * @param {HTMLElement} button
 * @param {string} icon
 * @param {string} text
 */
function label(button, icon, text) {
  button.querySelector("use")?.setAttribute("href", `#i-${icon}`);
  setText(/** @type {Element} */ (button.querySelector("span")), text);
}
