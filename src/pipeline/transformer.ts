/**
 * What a stage does.
 *
 * @module
 */

/** What a stage does, without knowing anything of streams. */
export interface OrderedTransformer<Input, Output> {
  /**
   * Takes one input and emits what it completes. It may throw after having emitted: what was
   * emitted is delivered first. The next input comes after a promise that it returns has settled; one
   * that rejects is an error like one that is thrown. What is emitted after the step has ended may come
   * as late as the output of the next one.
   */
  transform(input: Input, emit: (output: Output) => void): void | Promise<void>;
  /** Emits what is left when the input has ended. It may throw or be async, as `transform` may. */
  flush?(emit: (output: Output) => void): void | Promise<void>;
  /**
   * Called once when the stage ends otherwise: an error, an abort, or a reader that cancels. What is
   * emitted afterwards, by a `transform` that has not settled, is left out.
   */
  cancel?(reason: unknown): void | Promise<void>;
}
