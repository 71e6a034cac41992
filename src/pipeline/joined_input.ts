/**
 * The input of a stage that is joined to a source.
 *
 * @module
 */

import { quietly } from "./quietly.ts";
import type { JoinEnd, Puller, Source } from "./source.ts";
import type { InputStage, StageInput } from "./stage_input.ts";

/**
 * Pulls from the source when the reader of the stage wants output. A step of the source may give
 * many inputs: the first is transformed at once, each other one when the reader asks again.
 */
export class JoinedInput<T> implements StageInput, Puller<T> {
  readonly #stage: InputStage<T>;
  readonly #source: Source<T>;
  readonly #resolve: (end: JoinEnd) => void;
  /** Whether the step has had an input. */
  #hasTaken = false;
  /** What the transformer does with it, if that takes time. */
  #running: PromiseLike<void> | undefined;
  /** What the source has given besides. */
  #waiting: T[] = [];
  #taken = 0;
  /** How the source has ended, after its last step. */
  #end: JoinEnd | undefined;
  #isFinishing = false;

  /** @param resolve Called when the source or the stage has ended. */
  constructor(stage: InputStage<T>, source: Source<T>, resolve: (end: JoinEnd) => void) {
    this.#stage = stage;
    this.#source = source;
    this.#resolve = resolve;
    source.onIdleEnd?.((failure) => this.#endIdle(failure));
  }

  next(): void {
    if (this.#isFinishing) return;
    this.#hasTaken = false;
    if (this.#taken < this.#waiting.length) {
      this.#take(this.#nextWaiting());
      this.#finishStep(true);
    } else if (this.#end) void this.#finish(this.#end);
    else this.#source.pull(this);
  }

  /** As in a pipe, how the source takes it reaches no reader. */
  leave(reason: unknown): void {
    this.#waiting = [];
    this.#resolve({ failure: { of: "destination", error: reason } });
    quietly(() => this.#source.cancel(reason));
  }

  receive(input: T): void {
    if (this.#hasTaken) this.#waiting.push(input);
    else if (!this.#stage.hasEnded) this.#take(input);
  }

  endStep(more: boolean): void {
    if (!more) this.#end = {};
    this.#finishStep(more);
  }

  failStep(error: unknown): void {
    this.#end = { failure: { of: "source", error } };
    this.#finishStep(false);
  }

  /** As in a pipe, the stage ends when nothing is left to be transformed, though nothing is read. */
  #endIdle(failure: { error: unknown } | undefined): void {
    this.#end = failure ? { failure: { of: "source", error: failure.error } } : {};
    this.#finishIfIdle();
  }

  #finishIfIdle(): void {
    const isIdle = !this.#running && this.#taken === this.#waiting.length;
    if (this.#end && isIdle && !this.#isFinishing) void this.#finish(this.#end);
  }

  /** Those that wait are let go together. */
  #nextWaiting(): T {
    const input = this.#waiting[this.#taken++]!;
    if (this.#taken === this.#waiting.length) {
      this.#waiting = [];
      this.#taken = 0;
    }
    return input;
  }

  #take(input: T): void {
    this.#hasTaken = true;
    try {
      this.#running = this.#stage.transformView(input) || undefined;
    } catch (error) {
      this.#break(error);
    }
  }

  #finishStep(more: boolean): void {
    if (this.#stage.hasEnded) return;
    if (this.#running) void this.#wait(this.#running);
    // A step without an input is one of the stage too, so that it alone does not wait for the next.
    else if (more || this.#hasTaken) this.#stage.endStep(true);
    else void this.#finish(this.#end!);
  }

  async #wait(running: PromiseLike<void>): Promise<void> {
    try {
      await running;
      this.#running = undefined;
      this.#stage.endStep(true);
    } catch (error) {
      this.#break(error);
    }
    this.#finishIfIdle();
  }

  /** Ends the stage, and its source, with an error of the transformer. */
  #break(error: unknown): void {
    if (this.#stage.hasEnded) return;
    this.#stage.fail(error);
    this.leave(error);
    quietly(() => this.#stage.cancelTransformer(error));
  }

  /** Ends the stage as its source has ended. */
  async #finish({ failure }: JoinEnd): Promise<void> {
    if (this.#stage.hasEnded) return;
    this.#isFinishing = true;
    let end = failure;
    try {
      if (!failure) await this.#stage.flush();
    } catch (error) {
      end = { of: "destination", error };
    }
    if (this.#stage.hasEnded) return;
    this.#resolve(end ? { failure: end } : {});
    if (!end) return this.#stage.end();
    const { error } = end;
    this.#stage.fail(error);
    quietly(() => this.#stage.cancelTransformer(error));
  }
}
