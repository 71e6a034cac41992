/**
 * A clock that a test can move.
 *
 * @module
 */

/** Moves `performance.now()` ahead until it is disposed of, for every object that measures time. */
export function clockAhead(milliseconds: number): Disposable {
  const { now } = performance;
  performance.now = () => now.call(performance) + milliseconds;
  return { [Symbol.dispose]: () => void (performance.now = now) };
}
