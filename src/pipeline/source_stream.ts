/**
 * The readable half of a pipeline, and the joint at which it is piped on.
 *
 * @module
 */

import type { JoinableStream } from "./joinable_stream.ts";
import { leaving } from "./leaving.ts";
import { quietly } from "./quietly.ts";
import { SinkStream } from "./sink_stream.ts";
import type { Puller, Source } from "./source.ts";
import { StageInlet } from "./stage_inlet.ts";
import { Stepper } from "./stepper.ts";

/**
 * A stream that reads from a {@linkcode Source} when it is read, and only then.
 *
 * A pipe to a stage or a sink of ours is no pipe: its transformer or sink is called in the reader's
 * own step, with no stream, promise or queue between (the standard allows that: "pipeTo" need not
 * use the public methods of streams). A pipe to anything else is an ordinary one.
 */
export class SourceStream<T> extends ReadableStream<T> {
  readonly #source: Source<T>;
  readonly #outflow: Outflow<T>;

  /**
   * @param source Where the items come from.
   * @param leave What an item becomes for a reader that is not a stage or a sink of ours.
   */
  constructor(source: Source<T>, leave: (item: T) => T = leaving) {
    const outflow = new Outflow(source, leave);
    super(outflow, { highWaterMark: 0 });
    this.#source = source;
    this.#outflow = outflow;
  }

  override pipeThrough<U>(
    pair: ReadableWritablePair<U, T>,
    options?: StreamPipeOptions,
  ): ReadableStream<U> {
    const { readable, writable } = pair;
    if (options || !(writable instanceof StageInlet) || !this.#canJoin(writable)) {
      return super.pipeThrough(pair, options);
    }
    this.#join(writable).catch(() => {});
    return readable;
  }

  override pipeTo(destination: WritableStream<T>, options?: StreamPipeOptions): Promise<void> {
    if (options || !(destination instanceof SinkStream) || !this.#canJoin(destination)) {
      return super.pipeTo(destination, options);
    }
    return this.#join(destination);
  }

  /** Whether nothing has been read or written that an ordinary pipe would have to deal with. */
  #canJoin(to: JoinableStream<T>): boolean {
    return !this.locked && !to.locked && this.#outflow.isIdle && to.isIdle;
  }

  /** Both ends are locked, and in the end closed or errored, as by any pipe. */
  async #join(to: JoinableStream<T>): Promise<void> {
    const reader = this.getReader();
    const writer = to.getWriter();
    try {
      const { failure } = await to.join(this.#source);
      if (failure?.of === "source") this.#outflow.fail(failure.error);
      else this.#outflow.close();
      if (!failure) return await writer.close();
      to.fail(failure.error);
      throw failure.error;
    } finally {
      reader.releaseLock();
      writer.releaseLock();
    }
  }
}

/** Gives what a source emits to the readers of a stream. */
class Outflow<T> implements UnderlyingDefaultSource<T>, Puller<T> {
  readonly #source: Source<T>;
  readonly #leave: (item: T) => T;
  #controller!: ReadableStreamDefaultController<T>;
  readonly #steps = new Stepper(() => this.#pullSource(), () => this.#isToGoOn());
  /** Another read waits since the step was begun. */
  #isAskedAgain = false;
  #hasEnded = false;
  /** Whether there was an item since the stream has asked. */
  #hasGiven = false;
  /** The error that comes after what has been given. */
  #failure: { error: unknown } | undefined;

  constructor(source: Source<T>, leave: (item: T) => T) {
    this.#source = source;
    this.#leave = leave;
    source.onIdleEnd?.((failure) => this.#endIdle(failure));
  }

  get isIdle(): boolean {
    return !this.#steps.isStepping && !this.#hasEnded && !this.#failure &&
      this.#controller.desiredSize === 0;
  }

  start(controller: ReadableStreamDefaultController<T>): void {
    this.#controller = controller;
  }

  /**
   * With a high-water mark of 0 this is called when a read finds the queue empty, and only then. A
   * promise for each read would cost as much as the rest; without one the stream does not know that a
   * step has not ended, and asks again.
   */
  pull(): void {
    if (this.#steps.isStepping) this.#isAskedAgain = true;
    else if (this.#failure) this.fail(this.#failure.error);
    else this.#steps.run();
  }

  #pullSource(): void {
    this.#isAskedAgain = false;
    this.#hasGiven = false;
    this.#source.pull(this);
  }

  /** Whether the stream is still to be given something: a step may have had no item. */
  #isToGoOn(): boolean {
    if (this.#failure && !this.#hasGiven) this.fail(this.#failure.error);
    return !this.#hasEnded && !this.#failure && (!this.#hasGiven || this.#isAskedAgain);
  }

  receive(item: T): void {
    if (this.#hasEnded || this.#failure) return;
    try {
      this.#controller.enqueue(this.#leave(item));
      this.#hasGiven = true;
    } catch (error) {
      this.#failure = { error };
      quietly(() => this.#source.cancel(error));
    }
  }

  endStep(more: boolean): void {
    if (!more && !this.#failure) this.close();
    this.#steps.endStep();
  }

  failStep(error: unknown): void {
    this.#failure ??= { error };
    this.#steps.endStep();
  }

  /** The error comes after what has been given and not been read. */
  #endIdle(failure: { error: unknown } | undefined): void {
    if (!failure) return this.close();
    this.#failure ??= failure;
    if (this.#controller.desiredSize === 0) this.fail(this.#failure.error);
  }

  cancel(reason: unknown): void | Promise<void> {
    this.#hasEnded = true;
    return this.#source.cancel(reason);
  }

  close(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#controller.close();
  }

  fail(error: unknown): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#controller.error(error);
  }
}
