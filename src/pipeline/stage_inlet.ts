/**
 * The writable half of a stage.
 *
 * @module
 */

import { isIdle } from "./idle_sink.ts";
import type { Source } from "./source.ts";
import type { Stage } from "./stage.ts";

/** What the writable half has of its stage. */
type InletStage<T> = Pick<
  Stage<T, unknown>,
  "abort" | "close" | "join" | "open" | "write"
>;

/** A stream that gives what is written to a stage, or joins the stage to its source. */
export class StageInlet<T> extends WritableStream<T> {
  readonly #stage: InletStage<T>;
  readonly #controller: WritableStreamDefaultController;

  constructor(stage: InletStage<T>) {
    let controller: WritableStreamDefaultController;
    super({
      start(given) {
        controller = given;
        stage.open((reason) => given.error(reason));
      },
      write: (input) => stage.write(input),
      close: () => stage.close(),
      abort: (reason) => stage.abort(reason),
    });
    this.#stage = stage;
    this.#controller = controller!;
  }

  /** Whether nothing waits in it, and it has not ended. */
  get isIdle(): boolean {
    return isIdle(this);
  }

  /** Lets the stage pull from a source; resolves when that has ended, and the stage with it. */
  join(source: Source<T>): Promise<void> {
    return this.#stage.join(source);
  }

  /** Ends it with an error. */
  fail(error: unknown): void {
    this.#controller.error(error);
  }
}
