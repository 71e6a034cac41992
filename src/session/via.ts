/**
 * The `via` list of a stream: the relays that it has passed, by which loops are detected.
 *
 * @module
 */

/** The member of `connect`'s command object that has the list. Other servers ignore it. */
export const VIA = "sluiceVia";

/** The most relays that a stream may pass: more are a loop, or a mistake. */
export const MAX_VIA = 16;

/** Characters of an id that are kept: a UUID has 36. */
const MAX_ID_LENGTH = 64;

/**
 * Reads the list of a peer; items that are not strings are left out. Of a list that is too long,
 * one id more than the limit is kept.
 */
export function readVia(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MAX_VIA + 1).filter((id) => typeof id === "string")
    .map((id) => id.slice(0, MAX_ID_LENGTH));
}
