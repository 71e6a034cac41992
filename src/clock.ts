/**
 * Where time comes from, for everything that measures it.
 *
 * @module
 */

/** A clock that never goes back: `performance`, unless a test moves one of its own. */
export interface Clock {
  /** Milliseconds since a moment of the clock's own. */
  now(): number;
}
