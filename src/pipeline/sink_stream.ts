/**
 * The end of a pipeline.
 *
 * @module
 */

import { JoinableStream } from "./joinable_stream.ts";
import type { JoinEnd, Puller, Source } from "./source.ts";
import { Stepper } from "./stepper.ts";

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
  override join(source: Source<T>): Promise<JoinEnd> {
    return new Promise((resolve) => new Inflow(this.#sink, source, resolve).pull());
  }
}

/** Writes the items of one step after the other, and pulls the next step when all are written. */
class Inflow<T> implements Puller<T> {
  readonly #sink: Sink<T>;
  readonly #source: Source<T>;
  readonly #resolve: (end: JoinEnd) => void;
  /** What the sink does with an item, if the next one has to wait for it. */
  #busy: PromiseLike<void> | undefined;
  /** What it is to write then. */
  #waiting: T[] = [];
  /** The error of the sink. */
  #failure: { error: unknown } | undefined;
  /** The end of the source, after its last step. */
  #end: JoinEnd | undefined;
  readonly #steps = new Stepper(() => this.#source.pull(this), () => this.#isToGoOn());

  constructor(sink: Sink<T>, source: Source<T>, resolve: (end: JoinEnd) => void) {
    this.#sink = sink;
    this.#source = source;
    this.#resolve = resolve;
  }

  /** Pulls until a step does not end at once, or the sink is busy. */
  pull(): void {
    this.#steps.run();
  }

  receive(item: T): void {
    if (this.#busy) this.#waiting.push(item);
    else if (!this.#failure) this.#write(item);
  }

  endStep(more: boolean): void {
    if (!more) this.#end = {};
    this.#steps.endStep();
  }

  failStep(error: unknown): void {
    this.#end = { failure: { of: "source", error } };
    this.#steps.endStep();
  }

  #isToGoOn(): boolean {
    if (!this.#busy && !this.#failure && !this.#end) return true;
    void this.#drain();
    return false;
  }

  /** Writes what waits, and pulls the next step, or ends. */
  async #drain(): Promise<void> {
    for (let at = 0; this.#busy && !this.#failure;) {
      try {
        await this.#busy;
        this.#busy = undefined;
      } catch (error) {
        this.#failure = { error };
      }
      while (at < this.#waiting.length && !this.#busy && !this.#failure) {
        this.#write(this.#waiting[at++]!);
      }
    }
    this.#waiting = [];
    if (this.#failure) this.#resolve(await cancelled(this.#source, this.#failure.error));
    else if (this.#end) this.#resolve(this.#end);
    else this.pull();
  }

  #write(item: T): void {
    try {
      this.#busy = this.#sink.write(item) ?? undefined;
    } catch (error) {
      this.#failure = { error };
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
