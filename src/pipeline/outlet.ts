/**
 * A source that is given its items from outside.
 *
 * @module
 */

import type { Source } from "./source.ts";

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
  /** What the reader waits with. */
  #emit: ((item: T) => void) | undefined;
  #settle: { resolve: (more: boolean) => void; reject: (error: unknown) => void } | undefined;
  #end: { failure?: { error: unknown } } | undefined;

  constructor(giver: Giver) {
    this.#giver = giver;
  }

  /** Whether the reader waits for an item. */
  get isWanted(): boolean {
    return this.#emit !== undefined;
  }

  /** Gives an item, which has to be wanted. */
  give(item: T): void {
    const emit = this.#emit!;
    this.#emit = undefined;
    emit(item);
    this.#settle?.resolve(true);
    this.#settle = undefined;
  }

  /** Nothing more is given. */
  end(): void {
    if (this.#end) return;
    this.#end = {};
    this.#emit = undefined;
    this.#settle?.resolve(false);
    this.#settle = undefined;
  }

  /** The same, with an error. */
  fail(error: unknown): void {
    if (this.#end) return;
    this.#end = { failure: { error } };
    this.#emit = undefined;
    this.#settle?.reject(error);
    this.#settle = undefined;
  }

  pull(emit: (item: T) => void): boolean | Promise<boolean> {
    if (this.#end) return this.#ended;
    this.#emit = emit;
    this.#giver.wanted();
    // The giver may have given an item, or have ended it, or both.
    if (this.#end) return this.#ended;
    if (!this.#emit) return true;
    return new Promise((resolve, reject) => this.#settle = { resolve, reject });
  }

  get #ended(): boolean | Promise<boolean> {
    const failure = this.#end?.failure;
    return failure ? Promise.reject(failure.error) : false;
  }

  cancel(): void {
    this.end();
    this.#giver.left();
  }
}
