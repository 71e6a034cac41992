// @ts-check
/// <reference lib="dom" />
/**
 * Which stream is looked at. One that was clicked or linked to stays so, live or not; else it is the
 * first that is live, which stays so for as long as its encoder may come back.
 *
 * @module
 */

/** @typedef {import("./types.ts").Stream} Stream */

/** How long the server keeps viewers for an encoder that dropped out, in milliseconds. */
export const RECONNECT_GRACE = 5_000;

/** The stream that is looked at. */
export class Choice {
  /**
   * Its path; `undefined` while nothing is live and nothing was asked for.
   *
   * @type {string | undefined}
   */
  path = linkedPath();
  #isExplicit = this.path !== undefined;
  /** @type {number | undefined} */
  #notLiveSince;
  #onChange;

  /** @param {() => void} onChange Called when another one is looked at, or none. */
  constructor(onChange) {
    this.#onChange = onChange;
    addEventListener("hashchange", () => this.#readAddress());
  }

  /**
   * Takes the stream that was clicked, so that the page's address leads to it.
   *
   * @param {string} path
   */
  click(path) {
    const hash = `#${encodeURIComponent(path)}`;
    if (hash !== location.hash) history.pushState(null, "", hash);
    this.#select(path, true);
  }

  /**
   * Takes notice of what is live.
   *
   * @param {Stream[]} live
   */
  update(live) {
    const now = performance.now();
    const isLive = live.some(({ path }) => path === this.path);
    this.#notLiveSince = isLive ? undefined : this.#notLiveSince ?? now;
    if (isLive || this.#isExplicit) return;
    const mayReplace = this.path === undefined ||
      now - (this.#notLiveSince ?? now) >= RECONNECT_GRACE;
    if (mayReplace && live[0]) this.#select(live[0].path, false);
  }

  /** Whether its encoder may still come back to the viewers that it had. */
  get isReconnecting() {
    return this.#notLiveSince !== undefined &&
      performance.now() - this.#notLiveSince < RECONNECT_GRACE;
  }

  /** The page's address has changed, by hand or by going back. */
  #readAddress() {
    const path = linkedPath();
    if (path !== undefined) return this.#select(path, true);
    // The address without a stream is that of the first one; any other leads to a part of the page.
    if (location.hash !== "") return;
    this.#isExplicit = false;
    this.path = undefined;
    this.#onChange();
  }

  /**
   * @param {string} path
   * @param {boolean} isExplicit
   */
  #select(path, isExplicit) {
    this.#isExplicit = isExplicit;
    if (path === this.path) return;
    this.path = path;
    this.#notLiveSince = undefined;
    this.#onChange();
  }
}

/** The path of the stream that the page's address leads to. */
function linkedPath() {
  try {
    const path = decodeURIComponent(location.hash.slice(1));
    return path.includes("/") ? path : undefined;
  } catch (error) {
    // A percent sign that begins no character.
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
