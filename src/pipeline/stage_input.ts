/**
 * How a stage and its input meet.
 *
 * @module
 */

import type { JoinEnd, Source } from "./source.ts";

/** Where a stage gets its inputs: what is written to it, or the source that it is joined to. */
export interface StageInput {
  /** The reader wants output: one input is to be transformed. */
  next(): void;
  /** The reader wants nothing more. */
  leave(reason: unknown): void;
}

/** What an input has of its stage. */
export interface InputStage<T> {
  /** Whether nothing more comes out. */
  readonly hasEnded: boolean;
  /** Whether the reader waits for output. */
  readonly isWanted: boolean;
  /** Sets where the inputs come from. */
  open(input: StageInput): void;
  /** Takes the inputs from a source from now on; resolves when that has ended, or the stage. */
  join(source: Source<T>): Promise<JoinEnd>;
  /** Runs the transformer on an input. */
  transform(input: T): void | Promise<void>;
  /** Runs the transformer on an input that may be a view of memory that is used again. */
  transformView(input: T): void | Promise<void>;
  /** Runs what the transformer does at the end. */
  flush(): void | Promise<void>;
  /** Tells the transformer that it ends otherwise. */
  cancelTransformer(reason: unknown): void | Promise<void>;
  /** Ends the step that the reader waits for. */
  endStep(more: boolean): void;
  /** Ends the stage: everything has been transformed. */
  end(): void;
  /** Ends the stage with an error, which is that of the current step, or else of the next one. */
  fail(error: unknown): void;
}
