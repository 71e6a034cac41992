// @ts-check
/// <reference lib="dom" />
/**
 * The controls and texts around the video.
 *
 * @module
 */

import { fill, part, setText } from "../dom.js";

/** The buttons and texts of the player. */
export class Controls {
  #root;
  #video;

  /**
   * @param {HTMLElement} root
   * @param {HTMLVideoElement} video
   * @param {() => void} onToggle Called when the viewer presses Play or Stop.
   */
  constructor(root, video, onToggle) {
    this.#root = root;
    this.#video = video;
    part(root, "toggle").addEventListener("click", onToggle);
    part(root, "sound").addEventListener("click", () => this.setMuted(!video.muted));
    part(root, "fullscreen").addEventListener("click", () => this.#toggleFullscreen());
    part(root, "fullscreen").hidden = !document.fullscreenEnabled;
    this.setMuted(true);
  }

  /**
   * Shows the sound button if the stream has audio.
   *
   * @param {boolean} hasSound
   */
  setSound(hasSound) {
    part(this.#root, "sound").hidden = !hasSound;
  }

  /** @param {boolean} muted */
  setMuted(muted) {
    this.#video.muted = muted;
    const button = part(this.#root, "sound");
    button.classList.toggle("primary", muted);
    label(button, muted ? "muted" : "sound", muted ? "Turn sound on" : "Mute");
  }

  /**
   * Shows the state of the player.
   *
   * @param {object} now
   * @param {string} now.state
   * @param {string} now.message
   * @param {string} now.latency
   * @param {boolean} now.isOn Whether it can be stopped.
   */
  show({ state, message, latency, isOn }) {
    this.#root.dataset.state = state;
    setText(part(this.#root, "latency"), latency);
    fill(this.#root, { message });
    label(part(this.#root, "toggle"), isOn ? "stop" : "play", isOn ? "Stop" : "Play");
  }

  #toggleFullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.#root.requestFullscreen();
  }
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
