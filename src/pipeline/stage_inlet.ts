/**
 * The writable half of a stage.
 *
 * @module
 */

import { JoinableStream } from "./joinable_stream.ts";
import { quietly } from "./quietly.ts";
import type { JoinEnd, Source } from "./source.ts";
import type { InputStage, StageInput } from "./stage_input.ts";

/** A stream that gives what is written to a stage, or joins the stage to its source. */
export class StageInlet<T> extends JoinableStream<T> {
  readonly #stage: InputStage<T>;

  constructor(stage: InputStage<T>) {
    const input = new WrittenInput(stage, (reason) => this.fail(reason));
    super({
      write: (item) => input.write(item),
      close: () => input.close(),
      abort: (reason) => input.abort(reason),
    });
    this.#stage = stage;
    stage.open(input);
  }

  override join(source: Source<T>): Promise<JoinEnd> {
    return this.#stage.join(source);
  }
}

/** What is written to a stage: an input is transformed when the reader wants output. */
class WrittenInput<T> implements StageInput {
  readonly #stage: InputStage<T>;
  readonly #fail: (reason: unknown) => void;
  /** Ends the wait of a `write` until output is wanted. */
  #resume: (() => void) | undefined;
  /** What the reader cancelled for. */
  #reason: unknown;

  /** @param fail Errors the writable half. */
  constructor(stage: InputStage<T>, fail: (reason: unknown) => void) {
    this.#stage = stage;
    this.#fail = fail;
  }

  next(): void {
    this.#resume?.();
  }

  leave(reason: unknown): void {
    this.#reason = reason;
    this.#resume?.();
    this.#fail(reason);
  }

  /** The promise is that of the writer. */
  async write(input: T): Promise<void> {
    const stage = this.#stage;
    if (!stage.isWanted) {
      await new Promise<void>((resume) => this.#resume = resume);
      this.#resume = undefined;
      // An input that is thrown away must not look like one that was taken.
      if (stage.hasEnded) throw this.#reason;
    }
    try {
      const running = stage.transform(input);
      if (running) await running;
    } catch (error) {
      this.#break(error);
      throw error;
    }
    stage.endStep(true);
  }

  async close(): Promise<void> {
    if (this.#stage.hasEnded) return;
    try {
      await this.#stage.flush();
    } catch (error) {
      this.#break(error);
      throw error;
    }
    // The reader may have cancelled meanwhile.
    if (!this.#stage.hasEnded) this.#stage.end();
  }

  abort(reason: unknown): void | Promise<void> {
    if (this.#stage.hasEnded) return;
    this.#stage.fail(reason);
    return this.#stage.cancelTransformer(reason);
  }

  /** Ends the stage with an error of the transformer. */
  #break(error: unknown): void {
    if (this.#stage.hasEnded) return;
    this.#stage.fail(error);
    quietly(() => this.#stage.cancelTransformer(error));
  }
}
