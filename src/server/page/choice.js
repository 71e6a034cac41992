// @ts-check
/// <reference lib="dom" />
/**
 * The choice of the stream to show. A stream that the viewer clicked or linked to stays, live or not.
 * Otherwise it is the first live stream, which stays while its encoder may reconnect.
 *
 * @module
 */

/** @typedef {import("./types.ts").Stream} Stream */

/** How long the server keeps viewers for an encoder that may reconnect, in milliseconds. */
export const RECONNECT_GRACE = 5_000;

/** The chosen stream. */
export class Choice {
  /**
   * Its path; `undefined` while nothing is live and the viewer has chosen nothing.
   *
   * @type {string | undefined}
   */
  path = linkedPath();
  #isExplicit = this.path !== undefined;
  /** @type {number | undefined} */
  #notLiveSince;
  #onChange;

  /** @param {() => void} onChange Called when the choice changes. */
  constructor(onChange) {
    this.#onChange = onChange;
    addEventListener("hashchange", () => this.#readAddress());
  }

  /**
   * Chooses the stream that the viewer clicked, and puts it into the page's address.
   *
   * @param {string} path
   */
  click(path) {
    const hash = `#${encodeURIComponent(path)}`;
    if (hash !== location.hash) history.pushState(null, "", hash);
    this.#select(path, true);
  }

  /**
   * Updates the choice with the live streams.
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

  /** Whether the server still keeps its viewers for an encoder that may reconnect. */
  get isReconnecting() {
    return this.#notLiveSince !== undefined &&
      performance.now() - this.#notLiveSince < RECONNECT_GRACE;
  }

  /** Called when the page's address has changed, by hand or in the history. */
  #readAddress() {
    const path = linkedPath();
    if (path !== undefined) return this.#select(path, true);
    // An address without a hash means the first stream; any other hash is a part of the page.
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

/** The path of the stream in the page's address. */
function linkedPath() {
  try {
    const path = decodeURIComponent(location.hash.slice(1));
    return path.includes("/") ? path : undefined;
  } catch (error) {
    // A percent sign without a valid character after it.
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
