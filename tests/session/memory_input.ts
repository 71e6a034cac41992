/**
 * What a session reads, without a socket.
 *
 * @module
 */

import type { Source } from "../../src/pipeline/source.ts";

/** Gives the writes of a peer one by one, as a socket gives its reads. */
export class MemoryInput implements Source<Uint8Array> {
  #writes: Uint8Array[] = [];
  #end: { error?: unknown } | undefined;
  #wake: (() => void) | undefined;

  /** How many writes have not been read. */
  get waiting(): number {
    return this.#writes.length;
  }

  /** Adds a write. */
  add(bytes: Uint8Array): void {
    this.#writes.push(bytes);
    this.#wake?.();
  }

  /** Adds the end: an orderly one, or an error. */
  end(end: { error?: unknown } = {}): void {
    this.#end ??= end;
    this.#wake?.();
  }

  async pull(emit: (bytes: Uint8Array) => void): Promise<boolean> {
    while (this.#writes.length === 0 && !this.#end) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const bytes = this.#writes.shift();
    if (bytes) emit(bytes);
    else if (this.#end && "error" in this.#end) throw this.#end.error;
    return bytes !== undefined;
  }

  cancel(): void {
    this.#writes = [];
    this.#end = {};
    this.#wake?.();
  }
}
