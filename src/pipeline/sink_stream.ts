/**
 * The end of a pipeline.
 *
 * @module
 */

import { JoinableStream } from "./joinable_stream.ts";
import type { Source } from "./source.ts";

/** What takes the items in the end. */
export interface Sink<T> {
  /** Takes an item; a promise when the next one has to wait. */
  write(item: T): void | Promise<void>;
}

/** A stream that hands what is written to a {@linkcode Sink}, without a promise unless it waits. */
export class SinkStream<T> extends JoinableStream<T> {
  readonly #sink: Sink<T>;

  constructor(sink: Sink<T>) {
    super({ write: (item) => sink.write(item) });
    this.#sink = sink;
  }

  /** Writes all that a source gives, as a pipe does; resolves at its end. */
  override async join(source: Source<T>): Promise<void> {
    const items: T[] = [];
    const emit = (item: T) => void items.push(item);
    for (let goesOn = true; goesOn;) {
      let failure: { error: unknown } | undefined;
      try {
        const more = source.pull(emit);
        goesOn = typeof more === "boolean" ? more : await more;
      } catch (error) {
        failure = { error };
      }
      for (const item of items) {
        try {
          const busy = this.#sink.write(item);
          if (busy) await busy;
        } catch (error) {
          await source.cancel(error);
          throw error;
        }
      }
      // What has been written is not kept while more is waited for.
      items.length = 0;
      if (failure) throw failure.error;
    }
  }
}
