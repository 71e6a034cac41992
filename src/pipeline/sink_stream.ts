/**
 * The end of a pipeline.
 *
 * @module
 */

import { JoinableStream } from "./joinable_stream.ts";
import type { JoinEnd, Puller, Source } from "./source.ts";

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

  /** Writes all that a source gives, as a pipe does. */
  override async join(source: Source<T>): Promise<JoinEnd> {
    const step = new Step<T>();
    for (;;) {
      const ended = step.pull(source);
      if (ended) await ended;
      for (const item of step.items) {
        try {
          const busy = this.#sink.write(item);
          if (busy) await busy;
        } catch (error) {
          return await cancelled(source, error);
        }
      }
      if (step.end) return step.end;
      // What has been written is not kept while more is waited for.
      step.items.length = 0;
    }
  }
}

/** Ends a source whose items cannot be written; an error of its own is what a pipe rejects with. */
async function cancelled<T>(source: Source<T>, error: unknown): Promise<JoinEnd> {
  try {
    await source.cancel(error);
    return { failure: { of: "destination", error } };
  } catch (newer) {
    return { failure: { of: "destination", error: newer } };
  }
}

/** Collects the items of one step after the other. */
class Step<T> implements Puller<T> {
  readonly items: T[] = [];
  /** The end of the source, if that was its last step. */
  end: JoinEnd | undefined;
  #hasEnded = false;
  #resolve: (() => void) | undefined;

  /** Pulls the next step; a promise unless it has ended at once. */
  pull(source: Source<T>): Promise<void> | undefined {
    this.#hasEnded = false;
    source.pull(this);
    if (this.#hasEnded) return undefined;
    return new Promise((resolve) => this.#resolve = resolve);
  }

  receive(item: T): void {
    this.items.push(item);
  }

  endStep(more: boolean): void {
    if (!more) this.end = {};
    this.#hasEnded = true;
    this.#resolve?.();
  }

  failStep(error: unknown): void {
    this.end = { failure: { of: "source", error } };
    this.#hasEnded = true;
    this.#resolve?.();
  }
}
