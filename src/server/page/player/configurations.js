// @ts-check
/**
 * The decoder configurations that a stream has sent.
 *
 * @module
 */

/** @typedef {import("../types.ts").Kind} Kind */
/** @typedef {import("../types.ts").Media} Media */

/** The codec whose frames need no configuration. */
const WITHOUT_CONFIGURATION = ".mp3";

/** Keeps the newest configuration of each kind of media. */
export class Configurations {
  /** @type {Map<Kind, Media>} */
  #newest = new Map();

  /**
   * Adds a configuration. An equal one is ignored.
   *
   * @param {Media} configuration
   */
  add(configuration) {
    const newest = this.#newest.get(configuration.kind);
    if (!newest || !isSame(newest, configuration)) {
      this.#newest.set(configuration.kind, configuration);
    }
  }

  /**
   * The configuration for a frame; `undefined` if the frame cannot be decoded.
   *
   * @param {Media} frame
   * @returns {{ configuration: Media | undefined } | undefined}
   */
  of(frame) {
    const newest = this.#newest.get(frame.kind);
    const configuration = frame.codec === newest?.codec ? newest : undefined;
    const isDecodable = configuration !== undefined || frame.codec === WITHOUT_CONFIGURATION;
    return isDecodable ? { configuration } : undefined;
  }
}

/**
 * @param {Media} a
 * @param {Media} b
 */
function isSame(a, b) {
  return a.codec === b.codec && a.data.length === b.data.length &&
    a.data.every((byte, index) => byte === b.data[index]);
}
