/**
 * What is between the two halves of a stage.
 *
 * @module
 */

import type { Source } from "./source.ts";
import type { OrderedTransformer } from "./transformer.ts";

/** A reader that waits. */
interface Demand<T> {
  emit: (output: T) => void;
  resolve: (more: boolean) => void;
  reject: (error: unknown) => void;
}

/** The pipe that a joined stage takes the place of. */
interface Pipe {
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** How a source has ended: with an error, or not. */
interface SourceEnd {
  failure?: { error: unknown };
}

/**
 * Runs a transformer when it is asked for output: on what is written to it, or on what the source
 * gives that it is joined to. Steps run one after the other; an error waits for its turn.
 */
export class Stage<Input, Output> implements Source<Output> {
  readonly #transformer: OrderedTransformer<Input, Output>;
  #source: Source<Input> | undefined;
  #pipe: Pipe | undefined;
  /** Errors the writable half. */
  #failInlet: (error: unknown) => void = () => {};
  #demand: Demand<Output> | undefined;
  /** Ends the wait of a `write` for demand. */
  #resume: (() => void) | undefined;
  /** What was flushed before the reader asked for it. */
  #left: Output[] = [];
  /** The error that waits for its turn. */
  #failure: { error: unknown } | undefined;
  #hasEnded = false;
  /** It has ended by an error or a cancel: what a step still emits goes nowhere. */
  #discards = false;
  /** What the reader cancelled for. */
  #reason: unknown;
  /** What the last step of the source has given and the transformer has not taken. */
  #inputs: Input[] = [];
  #taken = 0;
  /** That was the last step. */
  #sourceEnd: SourceEnd | undefined;
  #out: ((output: Output) => void) | undefined;
  readonly #emit = (output: Output): void => {
    if (this.#discards) return;
    if (this.#out) this.#out(output);
    else this.#left.push(output);
  };

  constructor(transformer: OrderedTransformer<Input, Output>) {
    this.#transformer = transformer;
  }

  /** Sets what errors the writable half. */
  open(failInlet: (error: unknown) => void): void {
    this.#failInlet = failInlet;
  }

  pull(emit: (output: Output) => void): boolean | Promise<boolean> {
    for (const output of this.#left.splice(0)) emit(output);
    if (this.#failure) return Promise.reject(this.#failure.error);
    if (this.#hasEnded) return false;
    this.#out = emit;
    if (this.#source) return this.#pullThrough(this.#source);
    return new Promise((resolve, reject) => {
      this.#demand = { emit, resolve, reject };
      this.#resume?.();
    });
  }

  cancel(reason: unknown): void | Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#discards = true;
    this.#reason = reason;
    this.#settle(false);
    this.#resume?.();
    if (this.#pipe) this.#leave(reason);
    else this.#failInlet(reason);
    return this.#transformer.cancel?.(reason);
  }

  // What follows is for a stage that is written to.

  /** Takes an input when the reader asks; the promise is that of the writer. */
  async write(input: Input): Promise<void> {
    if (!this.#demand) {
      await new Promise<void>((resume) => this.#resume = resume);
      this.#resume = undefined;
      // An input that is thrown away must not look like one that was taken.
      if (this.#hasEnded) throw this.#reason;
    }
    try {
      const running = this.#transformer.transform(input, this.#emit);
      if (running) await running;
    } catch (error) {
      await this.#fail(error);
      throw error;
    }
    this.#settle(true);
  }

  /** The end of what is written. */
  async close(): Promise<void> {
    if (this.#hasEnded) return;
    try {
      await this.#transformer.flush?.(this.#emit);
    } catch (error) {
      await this.#fail(error);
      throw error;
    }
    // The reader may have cancelled meanwhile.
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#settle(false);
  }

  /** The writer fails. */
  abort(reason: unknown): void | Promise<void> {
    return this.#fail(reason);
  }

  #settle(more: boolean): void {
    this.#demand?.resolve(more);
    this.#demand = undefined;
    this.#out = undefined;
  }

  #fail(error: unknown): void | Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#discards = true;
    if (this.#demand) this.#demand.reject(error);
    else this.#failure = { error };
    this.#demand = undefined;
    return this.#transformer.cancel?.(error);
  }

  // What follows is for a stage that is joined to its source.

  /** Pulls from a source from now on; resolves when that has ended, and the stage with it. */
  join(source: Source<Input>): Promise<void> {
    this.#source = source;
    const finished = new Promise<void>((resolve, reject) => this.#pipe = { resolve, reject });
    const demand = this.#demand;
    this.#demand = undefined;
    if (demand) Promise.resolve(this.#pullThrough(source)).then(demand.resolve, demand.reject);
    return finished;
  }

  /** A step of the source may give many inputs: each is taken when the reader asks again. */
  #pullThrough(source: Source<Input>): boolean | Promise<boolean> {
    if (this.#hasInput) return this.#take();
    if (this.#sourceEnd) return this.#finish(this.#sourceEnd);
    const more = source.pull(this.#receive);
    return typeof more === "boolean" ? this.#goOn(more) : more.then(this.#goOn, this.#lose);
  }

  readonly #receive = (input: Input): void => void this.#inputs.push(input);

  /** A step of the source has ended. */
  readonly #goOn = (more: boolean): boolean | Promise<boolean> => {
    if (!more) this.#sourceEnd = {};
    if (this.#hasEnded) return false;
    if (this.#hasInput) return this.#take();
    return more || this.#finish({});
  };

  /** The source has failed, after what it has given. */
  readonly #lose = (error: unknown): boolean | Promise<boolean> => {
    this.#sourceEnd = { failure: { error } };
    if (this.#hasEnded) return false;
    return this.#hasInput ? this.#take() : this.#finish(this.#sourceEnd);
  };

  /** Whether an input waits; without one, those that have been taken are let go. */
  get #hasInput(): boolean {
    if (this.#taken < this.#inputs.length) return true;
    this.#inputs = [];
    this.#taken = 0;
    return false;
  }

  /** Runs the transformer on the next input. */
  #take(): boolean | Promise<boolean> {
    try {
      const running = this.#transformer.transform(this.#inputs[this.#taken++]!, this.#emit);
      return running ? this.#settled(running) : !this.#hasEnded;
    } catch (error) {
      return this.#hasEnded ? false : this.#break(error, true);
    }
  }

  async #settled(running: PromiseLike<void>): Promise<boolean> {
    try {
      await running;
      return !this.#hasEnded;
    } catch (error) {
      return this.#hasEnded ? false : await this.#break(error, true);
    }
  }

  async #finish({ failure }: SourceEnd): Promise<boolean> {
    if (failure) return await this.#break(failure.error, false);
    try {
      await this.#transformer.flush?.(this.#emit);
    } catch (error) {
      if (!this.#hasEnded) await this.#break(error, false);
    }
    if (!this.#hasEnded) this.#pipe!.resolve();
    this.#hasEnded = true;
    return false;
  }

  /** Ends the stage with an error, which is that of this step. */
  #break(error: unknown, leaves: boolean): Promise<never> {
    this.#hasEnded = true;
    this.#discards = true;
    if (leaves) this.#leave(error);
    else this.#pipe!.reject(error);
    // As in a pipe: what comes of it reaches no reader, and no reader waits for it.
    (async () => await this.#transformer.cancel?.(error))().catch(() => {});
    return Promise.reject(error);
  }

  /** Ends the source, and the pipe with it. As in a pipe, how the source takes it reaches no reader. */
  #leave(reason: unknown): void {
    this.#inputs = [];
    this.#pipe!.reject(reason);
    (async () => await this.#source!.cancel(reason))().catch(() => {});
  }
}
