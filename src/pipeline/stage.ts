/**
 * What is between the two halves of a stage.
 *
 * @module
 */

import { leaving } from "./leaving.ts";
import type { JoinEnd, Puller, Source } from "./source.ts";
import { borrows, type OrderedTransformer } from "./transformer.ts";

/**
 * Runs a transformer when it is pulled from: on what is written to it, or on what the source gives
 * that it is joined to. Steps run one after the other; an error waits for its turn.
 */
export class Stage<Input, Output> implements Source<Output>, Puller<Input> {
  readonly #transformer: OrderedTransformer<Input, Output>;
  readonly #borrows: boolean;
  /** Errors the writable half. */
  #failInlet: (error: unknown) => void = () => {};
  /** Waits for output. */
  #puller: Puller<Output> | undefined;
  /** What was emitted while nothing waited for it. */
  #left: Output[] = [];
  /** The error that waits for its turn. */
  #failure: { error: unknown } | undefined;
  #hasEnded = false;
  /** It has ended by an error or a cancel: what a step still emits goes nowhere. */
  #discards = false;
  /** Ends the wait of a `write` until something is pulled. */
  #resume: (() => void) | undefined;
  /** What the reader cancelled for. */
  #reason: unknown;
  #source: Source<Input> | undefined;
  #endJoin: (end: JoinEnd) => void = () => {};
  /** What the last step of the source has given and the transformer has not taken. */
  #inputs: Input[] = [];
  #taken = 0;
  /** That was the last step. */
  #sourceEnd: JoinEnd | undefined;
  readonly #emit = (output: Output): void => {
    if (this.#discards) return;
    if (this.#puller) this.#puller.receive(output);
    else this.#left.push(output);
  };

  constructor(transformer: OrderedTransformer<Input, Output>) {
    this.#transformer = transformer;
    this.#borrows = borrows(transformer);
  }

  /** Sets what errors the writable half. */
  open(failInlet: (error: unknown) => void): void {
    this.#failInlet = failInlet;
  }

  pull(puller: Puller<Output>): void {
    if (this.#left.length > 0) {
      for (const output of this.#left.splice(0)) puller.receive(output);
    }
    if (this.#failure) return puller.failStep(this.#failure.error);
    if (this.#hasEnded) return puller.endStep(false);
    this.#puller = puller;
    if (this.#source) this.#next(this.#source);
    else this.#resume?.();
  }

  cancel(reason: unknown): void | Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = this.#discards = true;
    this.#reason = reason;
    this.#endStep(false);
    this.#resume?.();
    if (this.#source) this.#leave(this.#source, reason);
    else this.#failInlet(reason);
    return this.#transformer.cancel?.(reason);
  }

  #endStep(more: boolean): void {
    const puller = this.#puller;
    this.#puller = undefined;
    puller?.endStep(more);
  }

  /** Ends the stage with an error, which is that of the current step, or else of the next one. */
  #fail(error: unknown): void {
    this.#hasEnded = this.#discards = true;
    const puller = this.#puller;
    this.#puller = undefined;
    if (puller) puller.failStep(error);
    else this.#failure = { error };
  }

  /** Ends the transformer after an error, which is what its reader and its writer are told. */
  #cancelTransformer(error: unknown): void {
    quietly(() => this.#transformer.cancel?.(error));
  }

  // What follows is for a stage that is written to.

  /** Takes an input when the reader asks; the promise is that of the writer. */
  async write(input: Input): Promise<void> {
    if (!this.#puller) {
      await new Promise<void>((resume) => this.#resume = resume);
      this.#resume = undefined;
      // An input that is thrown away must not look like one that was taken.
      if (this.#hasEnded) throw this.#reason;
    }
    try {
      const running = this.#transformer.transform(input, this.#emit);
      if (running) await running;
    } catch (error) {
      this.#failWritten(error);
      throw error;
    }
    this.#endStep(true);
  }

  /** The end of what is written. */
  async close(): Promise<void> {
    if (this.#hasEnded) return;
    try {
      await this.#transformer.flush?.(this.#emit);
    } catch (error) {
      this.#failWritten(error);
      throw error;
    }
    // The reader may have cancelled meanwhile.
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#endStep(false);
  }

  /** The writer fails. */
  abort(reason: unknown): void | Promise<void> {
    if (this.#hasEnded) return;
    this.#fail(reason);
    return this.#transformer.cancel?.(reason);
  }

  #failWritten(error: unknown): void {
    if (this.#hasEnded) return;
    this.#fail(error);
    this.#cancelTransformer(error);
  }

  // What follows is for a stage that is joined to its source.

  /** Pulls from a source from now on; resolves when that has ended, or the stage. */
  join(source: Source<Input>): Promise<JoinEnd> {
    this.#source = source;
    const end = new Promise<JoinEnd>((resolve) => this.#endJoin = resolve);
    if (this.#puller) this.#next(source);
    return end;
  }

  /** A step of the source may give many inputs: each is taken when the reader asks again. */
  #next(source: Source<Input>): void {
    if (this.#hasInput) this.#take(source);
    else if (this.#sourceEnd) this.#finish(this.#sourceEnd);
    else source.pull(this);
  }

  receive(input: Input): void {
    this.#inputs.push(input);
  }

  endStep(more: boolean): void {
    if (!more) this.#sourceEnd = {};
    if (this.#hasEnded) return;
    // A step without inputs is one of this stage too, so that it does not wait for the next alone.
    if (more && !this.#hasInput) this.#endStep(true);
    else this.#next(this.#source!);
  }

  failStep(error: unknown): void {
    this.#sourceEnd = { failure: { of: "source", error } };
    if (!this.#hasEnded) this.#next(this.#source!);
  }

  /** Whether an input waits; without one, those that have been taken are let go. */
  get #hasInput(): boolean {
    if (this.#taken < this.#inputs.length) return true;
    if (this.#taken > 0) this.#inputs = [];
    this.#taken = 0;
    return false;
  }

  /** Runs the transformer on the next input. */
  #take(source: Source<Input>): void {
    const input = this.#inputs[this.#taken++]!;
    try {
      const running = this.#transformer.transform(
        this.#borrows ? input : leaving(input),
        this.#emit,
      );
      if (running) void this.#wait(source, running);
      else this.#endStep(true);
    } catch (error) {
      this.#break(source, error);
    }
  }

  async #wait(source: Source<Input>, running: PromiseLike<void>): Promise<void> {
    try {
      await running;
      this.#endStep(true);
    } catch (error) {
      this.#break(source, error);
    }
  }

  /** Ends the stage, and its source, with an error of the transformer. */
  #break(source: Source<Input>, error: unknown): void {
    if (this.#hasEnded) return;
    this.#fail(error);
    this.#leave(source, error);
    this.#cancelTransformer(error);
  }

  /** Ends the stage as its source has ended. */
  async #finish(end: JoinEnd): Promise<void> {
    let { failure } = end;
    try {
      if (!failure) await this.#transformer.flush?.(this.#emit);
    } catch (error) {
      failure = { of: "destination", error };
    }
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#endJoin(failure ? { failure } : {});
    if (!failure) return this.#endStep(false);
    this.#fail(failure.error);
    this.#cancelTransformer(failure.error);
  }

  /** Ends the source. As in a pipe, how it takes that reaches no reader. */
  #leave(source: Source<Input>, reason: unknown): void {
    this.#inputs = [];
    this.#endJoin({ failure: { of: "destination", error: reason } });
    quietly(() => source.cancel(reason));
  }
}

/** Ends something after an error: what comes of it reaches no reader, and no reader waits for it. */
function quietly(end: () => void | Promise<void>): void {
  (async () => await end())().catch(() => {});
}
