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

  constructor(source: Source<T>) {
    const outflow = new Outflow(source);
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
  #controller!: ReadableStreamDefaultController<T>;
  #isPulling = false;
  #hasEnded = false;
  /** Whether the step has had an item. */
  #hasGiven = false;
  /** The error that comes after what has been given. */
  #failure: { error: unknown } | undefined;
  /** Ends the wait for the end of a step; nothing while it has not ended at once. */
  #resolve: (() => void) | undefined;
  #hasStepped = false;

  constructor(source: Source<T>) {
    this.#source = source;
  }

  get isIdle(): boolean {
    return !this.#isPulling && !this.#hasEnded && !this.#failure &&
      this.#controller.desiredSize === 0;
  }

  start(controller: ReadableStreamDefaultController<T>): void {
    this.#controller = controller;
  }

  /** With a high-water mark of 0 this is called when a read finds the queue empty, and only then. */
  async pull(): Promise<void> {
    this.#isPulling = true;
    this.#hasGiven = false;
    while (!this.#failure && !this.#hasGiven && !this.#hasEnded) {
      this.#hasStepped = false;
      this.#source.pull(this);
      if (!this.#hasStepped) await new Promise<void>((resolve) => this.#resolve = resolve);
    }
    this.#isPulling = false;
    if (this.#failure && !this.#hasGiven) this.fail(this.#failure.error);
  }

  receive(item: T): void {
    if (this.#hasEnded || this.#failure) return;
    try {
      this.#controller.enqueue(leaving(item));
      this.#hasGiven = true;
    } catch (error) {
      this.#failure = { error };
      quietly(() => this.#source.cancel(error));
    }
  }

  endStep(more: boolean): void {
    if (!more && !this.#failure) this.close();
    this.#endWait();
  }

  failStep(error: unknown): void {
    this.#failure ??= { error };
    this.#endWait();
  }

  #endWait(): void {
    this.#hasStepped = true;
    this.#resolve?.();
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
