/**
 * A source that is given its items from outside.
 *
 * @module
 */

import type { IdleEnd, Puller, Source } from "./source.ts";

/** Who gives the items. */
export interface Giver {
  /**
   * The reader waits for an item: it may be given now, or later. A promise that rejects fails the
   * outlet.
   */
  wanted(): void | Promise<void>;
  /** The reader wants nothing more. Who cancels waits for a promise that is returned. */
  left(reason: unknown): void | Promise<void>;
}

/**
 * Passes on what it is given each time that the reader wants something. While it does not, the giver
 * keeps its items or waits.
 */
export class Outlet<T> implements Source<T> {
  readonly #giver: Giver;
  /** The reader that waits for an item. */
  #puller: Puller<T> | undefined;
  /** The items of a step are being given: an end is that of the step. */
  #isGiving = false;
  #end: End | undefined;
  #idleEnd: IdleEnd | undefined;

  constructor(giver: Giver) {
    this.#giver = giver;
  }

  /** Whether the reader waits for an item. */
  get isWanted(): boolean {
    return this.#puller !== undefined;
  }

  /** Whether nothing more is given: it has been ended, or the reader has left. */
  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** Gives an item, if one is wanted; after the end none is. */
  give(item: T): void {
    const puller = this.#beginStep();
    if (!puller) return;
    puller.receive(item);
    this.#finishStep(puller);
  }

  /** Gives any number of items where one is wanted. After none of them the reader asks again. */
  giveAll(items: Iterable<T>): void {
    const puller = this.#beginStep();
    if (!puller) return;
    for (const item of items) puller.receive(item);
    this.#finishStep(puller);
  }

  /** Nothing more is given. */
  end(): void {
    this.#finish({});
  }

  /** The same, with an error. */
  fail(error: unknown): void {
    this.#finish({ failure: { error } });
  }

  pull(puller: Puller<T>): void {
    if (this.#end) return endStep(puller, this.#end);
    this.#puller = puller;
    const giving = this.#giver.wanted();
    if (giving) giving.catch((error) => this.fail(error));
  }

  onIdleEnd(ended: IdleEnd): void {
    this.#idleEnd = ended;
  }

  cancel(reason: unknown): void | Promise<void> {
    this.#idleEnd = undefined;
    this.end();
    return this.#giver.left(reason);
  }

  #beginStep(): Puller<T> | undefined {
    const puller = this.#puller;
    this.#puller = undefined;
    this.#isGiving = puller !== undefined;
    return puller;
  }

  #finishStep(puller: Puller<T>): void {
    this.#isGiving = false;
    if (this.#end) endStep(puller, this.#end);
    else puller.endStep(true);
  }

  #finish(end: End): void {
    if (this.#end) return;
    this.#end = end;
    if (this.#isGiving) return;
    const puller = this.#puller;
    this.#puller = undefined;
    if (puller) endStep(puller, end);
    else this.#idleEnd?.(end.failure);
  }
}

interface End {
  failure?: { error: unknown };
}

function endStep<T>(puller: Puller<T>, { failure }: End): void {
  if (failure) puller.failStep(failure.error);
  else puller.endStep(false);
}
