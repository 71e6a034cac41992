/**
 * What is between the two halves of a stage.
 *
 * @module
 */

import { JoinedInput } from "./joined_input.ts";
import { leaving } from "./leaving.ts";
import type { IdleEnd, JoinEnd, Puller, Source } from "./source.ts";
import type { InputStage, StageInput } from "./stage_input.ts";
import { borrows } from "./borrowing.ts";
import type { OrderedTransformer } from "./transformer.ts";

/**
 * Runs a transformer on one input each time that it is pulled from. Steps run one after the other;
 * an error waits for its turn.
 */
export class Stage<Input, Output> implements Source<Output>, InputStage<Input> {
  readonly #transformer: OrderedTransformer<Input, Output>;
  readonly #borrows: boolean;
  #input: StageInput | undefined;
  /** Waits for output. */
  #puller: Puller<Output> | undefined;
  /** What was emitted while nothing waited for it. */
  #left: Output[] = [];
  /** The error that waits for its turn. */
  #failure: { error: unknown } | undefined;
  #idleEnd: IdleEnd | undefined;
  #hasEnded = false;
  /** It has ended by an error or a cancel: what a step still emits goes nowhere. */
  #discards = false;
  readonly #emit = (output: Output): void => {
    if (this.#discards) return;
    if (this.#puller) this.#puller.receive(output);
    else this.#left.push(output);
  };

  constructor(transformer: OrderedTransformer<Input, Output>) {
    this.#transformer = transformer;
    this.#borrows = borrows(transformer);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get isWanted(): boolean {
    return this.#puller !== undefined;
  }

  open(input: StageInput): void {
    this.#input = input;
  }

  join(source: Source<Input>): Promise<JoinEnd> {
    return new Promise((resolve) => {
      const input = new JoinedInput(this, source, resolve);
      this.#input = input;
      if (this.#puller) input.next();
    });
  }

  pull(puller: Puller<Output>): void {
    if (this.#left.length > 0) {
      for (const output of this.#left.splice(0)) puller.receive(output);
    }
    if (this.#failure) return puller.failStep(this.#failure.error);
    if (this.#hasEnded) return puller.endStep(false);
    this.#puller = puller;
    this.#input?.next();
  }

  onIdleEnd(ended: IdleEnd): void {
    this.#idleEnd = ended;
  }

  cancel(reason: unknown): void | Promise<void> {
    if (this.#hasEnded) return;
    this.#idleEnd = undefined;
    this.#hasEnded = this.#discards = true;
    this.endStep(false);
    this.#input?.leave(reason);
    return this.#transformer.cancel?.(reason);
  }

  transformView(input: Input): void | Promise<void> {
    return this.transform(this.#borrows ? input : leaving(input));
  }

  transform(input: Input): void | Promise<void> {
    return this.#transformer.transform(input, this.#emit);
  }

  flush(): void | Promise<void> {
    return this.#transformer.flush?.(this.#emit);
  }

  endStep(more: boolean): void {
    const puller = this.#puller;
    this.#puller = undefined;
    puller?.endStep(more);
  }

  end(): void {
    this.#hasEnded = true;
    if (this.#puller) this.endStep(false);
    else this.#endIdle();
  }

  fail(error: unknown): void {
    this.#hasEnded = this.#discards = true;
    const puller = this.#puller;
    this.#puller = undefined;
    if (puller) return puller.failStep(error);
    this.#failure = { error };
    this.#endIdle();
  }

  /** What was emitted and not been read comes first. */
  #endIdle(): void {
    if (this.#left.length === 0) this.#idleEnd?.(this.#failure);
  }

  cancelTransformer(reason: unknown): void | Promise<void> {
    return this.#transformer.cancel?.(reason);
  }
}
