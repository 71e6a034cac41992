/**
 * A source that is given its items from outside.
 *
 * @module
 */

import type { Puller, Source } from "./source.ts";

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
  #end: { failure?: { error: unknown } } | undefined;

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
    const puller = this.#puller;
    if (!puller) return;
    this.#puller = undefined;
    puller.receive(item);
    puller.endStep(true);
  }

  /** Gives any number of items where one is wanted. After none of them the reader asks again. */
  giveAll(items: Iterable<T>): void {
    const puller = this.#puller;
    if (!puller) return;
    this.#puller = undefined;
    for (const item of items) puller.receive(item);
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
    if (this.#end) return this.#endStep(this.#end);
    const giving = this.#giver.wanted();
    if (giving) giving.catch((error) => this.fail(error));
  }

  cancel(reason: unknown): void | Promise<void> {
    this.end();
    return this.#giver.left(reason);
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
