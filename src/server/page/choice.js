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
export const GRACE = 5_000;

/** The stream that is looked at. */
export class Choice {
  /**
   * Its path; `undefined` while nothing is live and nothing was asked for.
   *
   * @type {string | undefined}
   */
  path = linkedPath();
  #isAsked = this.path !== undefined;
  /** @type {number | undefined} */
  #awaySince;
  #onChange;

  /** @param {() => void} onChange Called when another one is looked at, or none. */
  constructor(onChange) {
    this.#onChange = onChange;
    addEventListener("hashchange", () => this.#follow());
  }

  /**
   * Takes the stream that was clicked, so that the page's address leads to it.
   *
   * @param {string} path
   */
  click(path) {
    const hash = `#${encodeURIComponent(path)}`;
    if (hash !== location.hash) history.pushState(null, "", hash);
    this.#take(path, true);
  }

  /**
   * Takes notice of what is live.
   *
   * @param {Stream[]} live
   */
  settle(live) {
    const now = performance.now();
    const isLive = live.some(({ path }) => path === this.path);
    this.#awaySince = isLive ? undefined : this.#awaySince ?? now;
    if (isLive || this.#isAsked) return;
    const isFree = this.path === undefined || now - (this.#awaySince ?? now) >= GRACE;
    if (isFree && live[0]) this.#take(live[0].path, false);
  }

  /** Whether its encoder may still come back to the viewers that it had. */
  get isKept() {
    return this.#awaySince !== undefined && performance.now() - this.#awaySince < GRACE;
  }

  /** The page's address has changed, by hand or by going back. */
  #follow() {
    const path = linkedPath();
    if (path !== undefined) return this.#take(path, true);
    // The address without a stream is that of the first one; any other leads to a part of the page.
    if (location.hash !== "") return;
    this.#isAsked = false;
    this.path = undefined;
    this.#onChange();
  }

  /**
   * @param {string} path
   * @param {boolean} isAsked
   */
  #take(path, isAsked) {
    this.#isAsked = isAsked;
    if (path === this.path) return;
    this.path = path;
    this.#awaySince = undefined;
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
