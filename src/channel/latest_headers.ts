/**
 * The latest header of each key, within a limit of bytes.
 *
 * @module
 */

/** What the headers are, and what else is done with one that is kept no more. */
export interface LatestHeadersOptions<T> {
  /** Bytes of all headers; the oldest are dropped first. */
  maxBytes: number;
  /** The bytes of one. */
  sizeOf(header: T): number;
  /** Called with each header that is dropped, taken or replaced. */
  forgotten?(header: T): void;
}

/** Keeps one header a key: metadata, or the sequence header of a track. */
export class LatestHeaders<T> {
  readonly #options: LatestHeadersOptions<T>;
  readonly #headers = new Map<string, T>();
  #bytes = 0;

  constructor(options: LatestHeadersOptions<T>) {
    this.#options = options;
  }

  /** Bytes of all of them. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The latest of a key. */
  get(key: string): T | undefined {
    return this.#headers.get(key);
  }

  /** All of them, the one that was renewed last at the end. */
  values(): IterableIterator<T> {
    return this.#headers.values();
  }

  /** All of them with their keys; each may be forgotten meanwhile. */
  entries(): IterableIterator<[string, T]> {
    return this.#headers.entries();
  }

  /** Keeps a header in place of the one before it, after any that changed before it. */
  keep(key: string, header: T): void {
    this.forget(key);
    this.#headers.set(key, header);
    this.#bytes += this.#options.sizeOf(header);
    for (const oldest of this.#headers.keys()) {
      if (this.#bytes <= this.#options.maxBytes) return;
      this.forget(oldest);
    }
  }

  /** Keeps the header of a key no more. */
  forget(key: string): void {
    const header = this.#headers.get(key);
    if (header === undefined) return;
    this.#headers.delete(key);
    this.#bytes -= this.#options.sizeOf(header);
    this.#options.forgotten?.(header);
  }

  /** Keeps none of them. */
  clear(): void {
    for (const key of this.#headers.keys()) this.forget(key);
  }
}
