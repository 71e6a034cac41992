/**
 * Where the items of a stream come from, one step at a time.
 *
 * @module
 */

/** Who waits for the end of a step. */
export interface Step {
  /** It has ended, and more may come (`true`), or not. */
  resolve(more: boolean): void;
  /** It has ended with an error. */
  reject(error: unknown): void;
}

/** A source that is asked for more, and does nothing before. */
export interface Source<T> {
  /**
   * Gives the items of the next step to `emit`, in order; a step may have none. It is not called
   * again before it has settled.
   *
   * @param emit Takes an item. It does not throw, and is not called after the step has settled.
   * @returns Whether more may come, as opposed to the end. It rejects with the error that comes after
   * those items.
   */
  pull(emit: (item: T) => void): boolean | Promise<boolean>;
  /**
   * The same without a promise, for a source of which many steps wait. It tells `step`, which may be
   * before it returns.
   */
  ask?(emit: (item: T) => void, step: Step): void;
  /** Ends it: the reader wants nothing more. A step that has not settled settles now. */
  cancel(reason: unknown): void | Promise<void>;
}
