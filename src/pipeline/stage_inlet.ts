/**
 * The writable half of a stage.
 *
 * @module
 */

import { JoinableStream } from "./joinable_stream.ts";
import type { JoinEnd, Source } from "./source.ts";
import type { Stage } from "./stage.ts";

/** What the writable half has of its stage. */
type InletStage<T> = Pick<
  Stage<T, unknown>,
  "abort" | "close" | "join" | "open" | "write"
>;

/** A stream that gives what is written to a stage, or joins the stage to its source. */
export class StageInlet<T> extends JoinableStream<T> {
  readonly #stage: InletStage<T>;

  constructor(stage: InletStage<T>) {
    super({
      write: (input) => stage.write(input),
      close: () => stage.close(),
      abort: (reason) => stage.abort(reason),
    });
    this.#stage = stage;
    stage.open((reason) => this.fail(reason));
  }

  /** Lets the stage pull from a source; resolves when either of them has ended. */
  override join(source: Source<T>): Promise<JoinEnd> {
    return this.#stage.join(source);
  }
}
