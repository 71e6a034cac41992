/**
 * The mark of relays: which of them a stream has passed, so that it is known when it comes back.
 *
 * @module
 */

/** The member of the command object of `connect` that holds the mark. Other servers ignore it. */
export const VIA = "sluiceVia";

/** Relays that a stream may pass: more are a loop, or a mistake. */
export const MAX_VIA = 16;

/** Characters of an id that are kept: a UUID has 36. */
const MAX_ID_LENGTH = 64;

/**
 * Reads the mark that a peer sends; what is no text in it is left out. Of a list that is too long one
 * id more is kept than there may be.
 */
export function readVia(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MAX_VIA + 1).filter((id) => typeof id === "string")
    .map((id) => id.slice(0, MAX_ID_LENGTH));
}
