/**
 * The readable half of a pipeline, and the joint at which it is piped on.
 *
 * @module
 */

import type { JoinableStream } from "./joinable_stream.ts";
import { leaving } from "./leaving.ts";
import { SinkStream } from "./sink_stream.ts";
import type { Source, Step } from "./source.ts";
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
    const source = this.#source;
    let isCancelled = false;
    try {
      await to.join({
        pull: (emit) => source.pull(emit),
        cancel(reason) {
          isCancelled = true;
          return source.cancel(reason);
        },
      });
      this.#outflow.close();
      await writer.close();
    } catch (error) {
      if (isCancelled) this.#outflow.close();
      else this.#outflow.fail(error);
      to.fail(error);
      throw error;
    } finally {
      reader.releaseLock();
      writer.releaseLock();
    }
  }
}

/** Gives what a source emits to the readers of a stream. */
class Outflow<T> implements UnderlyingDefaultSource<T>, Step {
  readonly #source: Source<T>;
  readonly #leave: (item: T) => T;
  #controller!: ReadableStreamDefaultController<T>;
  #isPulling = false;
  /** Another read waits since the step began. */
  #isAskedAgain = false;
  #hasEnded = false;
  /** Whether the step has had an item. */
  #hasGiven = false;
  /** The error that comes after what has been given. */
  #failure: { error: unknown } | undefined;
  readonly #emit = (item: T): void => {
    if (this.#hasEnded) return;
    this.#controller.enqueue(this.#leave(item));
    this.#hasGiven = true;
  };

  constructor(source: Source<T>, leave: (item: T) => T) {
    this.#source = source;
    this.#leave = leave;
  }

  get isIdle(): boolean {
    return !this.#isPulling && !this.#hasEnded && !this.#failure &&
      this.#controller.desiredSize === 0;
  }

  start(controller: ReadableStreamDefaultController<T>): void {
    this.#controller = controller;
  }

  /** With a high-water mark of 0 this is called when a read finds the queue empty, and only then. */
  pull(): Promise<void> | void {
    if (this.#failure) return this.fail(this.#failure.error);
    if (!this.#source.ask) return this.#pullAll();
    // Without a promise the stream does not know that a step has not ended.
    if (this.#isPulling) this.#isAskedAgain = true;
    else this.#ask();
  }

  #ask(): void {
    this.#isPulling = true;
    this.#isAskedAgain = false;
    this.#hasGiven = false;
    this.#source.ask!(this.#emit, this);
  }

  resolve(more: boolean): void {
    this.#isPulling = false;
    if (!more) this.close();
    else if (!this.#hasEnded && (this.#isAskedAgain || !this.#hasGiven)) this.#ask();
  }

  reject(error: unknown): void {
    this.#isPulling = false;
    this.fail(error);
  }

  async #pullAll(): Promise<void> {
    this.#isPulling = true;
    this.#hasGiven = false;
    try {
      let more: boolean | Promise<boolean> = true;
      while (more && !this.#hasGiven && !this.#hasEnded) {
        more = this.#source.pull(this.#emit);
        if (typeof more !== "boolean") more = await more;
      }
      if (!more) this.close();
    } catch (error) {
      if (this.#hasGiven) this.#failure = { error };
      else this.fail(error);
    } finally {
      this.#isPulling = false;
    }
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
