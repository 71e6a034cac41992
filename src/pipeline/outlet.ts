/**
 * A source that is given its items from outside.
 *
 * @module
 */

import type { Puller, Source } from "./source.ts";

/** Who gives the items. */
export interface Giver {
  /** The reader waits for an item: it may be given now, or later. */
  wanted(): void;
  /** The reader wants nothing more. */
  left(): void;
}

/**
 * Passes on one item each time that the reader wants one. While it does not, the giver keeps its
 * items or waits.
 */
export class Outlet<T> implements Source<T> {
  readonly #giver: Giver;
  /** The reader that waits for an item. */
  #puller: Puller<T> | undefined;
  #end: { failure?: { error: unknown } } | undefined;

  constructor(giver: Giver) {
    this.#giver = giver;
  }

  /** Whether the reader waits for an item. */
  get isWanted(): boolean {
    return this.#puller !== undefined;
  }

  /** Gives an item, which has to be wanted. */
  give(item: T): void {
    const puller = this.#puller!;
    this.#puller = undefined;
    puller.receive(item);
    puller.endStep(true);
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
    this.#puller = puller;
    if (this.#end) this.#endStep(this.#end);
    else this.#giver.wanted();
  }

  cancel(): void {
    this.end();
    this.#giver.left();
  }

  #finish(end: { failure?: { error: unknown } }): void {
    if (this.#end) return;
    this.#end = end;
    this.#endStep(end);
  }

  #endStep({ failure }: { failure?: { error: unknown } }): void {
    const puller = this.#puller;
    this.#puller = undefined;
    if (failure) puller?.failStep(failure.error);
    else puller?.endStep(false);
  }
}
