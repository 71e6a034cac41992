/**
 * Where the items of a stream come from, one step at a time.
 *
 * @module
 */

/**
 * A source that is asked for more, and does nothing before.
 *
 * It answers by calls, not by a promise: a pipeline has several sources in a row, and a promise for
 * each of them would cost more than a small network read.
 */
export interface Source<T> {
  /**
   * Gives the items of the next step to `puller`, in order, and then ends the step: before this call
   * returns, or later. A step may have no items. It is not called again before the step has ended.
   */
  pull(puller: Puller<T>): void;
  /**
   * Ends the source: nothing more is wanted. A step that has not ended ends now.
   *
   * @param reason What the reader cancels for.
   */
  cancel(reason: unknown): void | Promise<void>;
  /**
   * Sets what is called when the source ends while nothing is pulled: its reader may wait for the end
   * alone. A source that learns of its end by being pulled has no such method.
   */
  onIdleEnd?(ended: IdleEnd): void;
}

/** Called when a source has ended between two pulls, with its error if it has one. */
export type IdleEnd = (failure?: { error: unknown }) => void;

/** What pulls from a source. Its methods do not throw. */
export interface Puller<T> {
  /** Receives an item of the step. */
  receive(item: T): void;
  /** Ends the step. `more` tells whether more may come, as opposed to the end of the source. */
  endStep(more: boolean): void;
  /** Ends the step with the error that comes after its items. */
  failStep(error: unknown): void;
}

/** How a source has ended that was joined to a stage or a sink. */
export interface JoinEnd {
  /** The error, if there is one, and the side that it is of. */
  failure?: { of: "source" | "destination"; error: unknown };
}
