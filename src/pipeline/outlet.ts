/**
 * A source that is given its items from outside.
 *
 * @module
 */

import type { Source, Step } from "./source.ts";

/** Who gives the items. */
export interface Giver {
  /**
   * The reader waits for an item: it may be given now, or later. A promise that rejects fails the
   * outlet.
   */
  wanted(): void | Promise<void>;
  /** The reader wants nothing more. It waits for a promise that is returned. */
  left(reason: unknown): void | Promise<void>;
}

/**
 * Passes on what it is given each time that the reader wants something. While it does not, the giver
 * keeps its items or waits.
 */
export class Outlet<T> implements Source<T> {
  readonly #giver: Giver;
  /** What the reader waits with. */
  #emit: ((item: T) => void) | undefined;
  #step: Step | undefined;
  #end: { failure?: { error: unknown } } | undefined;

  constructor(giver: Giver) {
    this.#giver = giver;
  }

  /** Whether the reader waits for an item. */
  get isWanted(): boolean {
    return this.#emit !== undefined;
  }

  /** Whether nothing more is given: it has been ended, or the reader has left. */
  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** Gives an item, if one is wanted; after the end none is. */
  give(item: T): void {
    const emit = this.#emit;
    if (!emit) return;
    this.#emit = undefined;
    emit(item);
    this.#settle(true);
  }

  /** Gives any number of items where one is wanted. After none of them the reader asks again. */
  giveAll(items: Iterable<T>): void {
    const emit = this.#emit;
    if (!emit) return;
    this.#emit = undefined;
    for (const item of items) emit(item);
    this.#settle(true);
  }

  /** Nothing more is given. */
  end(): void {
    if (this.#end) return;
    this.#end = {};
    this.#emit = undefined;
    this.#settle(false);
  }

  /** The same, with an error. */
  fail(error: unknown): void {
    if (this.#end) return;
    this.#end = { failure: { error } };
    this.#emit = undefined;
    const step = this.#step;
    this.#step = undefined;
    step?.reject(error);
  }

  pull(emit: (item: T) => void): boolean | Promise<boolean> {
    if (this.#end) return this.#ended;
    this.#want(emit);
    // The giver may have given an item, or have ended it, or both.
    if (this.#end) return this.#ended;
    if (!this.#emit) return true;
    return new Promise((resolve, reject) => this.#step = { resolve, reject });
  }

  ask(emit: (item: T) => void, step: Step): void {
    if (this.#end) {
      return this.#end.failure ? step.reject(this.#end.failure.error) : step.resolve(false);
    }
    this.#step = step;
    this.#want(emit);
  }

  cancel(reason: unknown): void | Promise<void> {
    this.end();
    return this.#giver.left(reason);
  }

  get #ended(): boolean | Promise<boolean> {
    const failure = this.#end?.failure;
    return failure ? Promise.reject(failure.error) : false;
  }

  #want(emit: (item: T) => void): void {
    this.#emit = emit;
    const giving = this.#giver.wanted();
    if (giving) giving.catch((error) => this.fail(error));
  }

  #settle(more: boolean): void {
    const step = this.#step;
    this.#step = undefined;
    step?.resolve(more);
  }
}
