// @ts-check
/**
 * The configurations of decoders that a stream has sent.
 *
 * @module
 */

/** @typedef {import("../types.ts").Kind} Kind */
/** @typedef {import("../types.ts").Media} Media */

/** The codec whose frames say all that a decoder has to know. */
const WITHOUT_CONFIGURATION = ".mp3";

/** Knows the newest of each kind of media. */
export class Configurations {
  /** @type {Map<Kind, Media>} */
  #newest = new Map();

  /**
   * Takes one. The same again changes nothing.
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
   * What decodes a frame, if it can be decoded.
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
