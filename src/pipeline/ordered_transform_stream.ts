/**
 * The stream that every stage is built on.
 *
 * @module
 */

import { checkFunction, checkObject } from "../check_option.ts";

/** What a stage does, without knowing anything of streams. */
export interface OrderedTransformer<Input, Output> {
  /**
   * Takes one input and emits what it completes. It may throw after having emitted: what was
   * emitted is delivered first. The next input comes after a promise that it returns has settled; one
   * that rejects is an error like one that is thrown.
   */
  transform(input: Input, emit: (output: Output) => void): void | Promise<void>;
  /** Emits what is left when the input has ended. It may throw or be async, as `transform` may. */
  flush?(emit: (output: Output) => void): void | Promise<void>;
  /**
   * Called once when the stage ends otherwise: an error, an abort, or a reader that cancels. What is
   * emitted afterwards, by a `transform` that has not settled, is left out.
   */
  cancel?(reason: unknown): void | Promise<void>;
}

/**
 * A `TransformStream` in which an error never overtakes data.
 *
 * A plain `TransformStream` that fails drops whatever its reader has not read yet: of a network read
 * that holds a hundred messages and then a broken header, a slow reader would get one. Here an
 * error, be it the stage's own or one that comes down the pipe, waits until everything before it has
 * been read. Otherwise it is what `TransformStream` is, with nothing kept beyond one input's output:
 * an input is taken only when the reader asks and all earlier output has been read. Steps may be
 * async; they run one after the other.
 *
 * It has its own two halves instead of those of its base class, since no hook of `TransformStream`
 * tells when its queue has been read; it extends it to be one wherever that is asked.
 *
 * @example
 * ```ts
 * import { OrderedTransformStream } from "@sluice/rtmp";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const halves = ReadableStream.from([8, 6, 5]).pipeThrough(
 *   new OrderedTransformStream<number, number>({
 *     transform(number, emit) {
 *       if (number % 2) throw new RangeError(`Cannot halve ${number}`);
 *       emit(number / 2);
 *     },
 *   }),
 * ).getReader();
 * assertEquals(await halves.read(), { done: false, value: 4 });
 * assertEquals(await halves.read(), { done: false, value: 3 });
 * await assertRejects(() => halves.read(), RangeError);
 * ```
 */
export class OrderedTransformStream<Input, Output> extends TransformStream<Input, Output> {
  readonly #transformer: OrderedTransformer<Input, Output>;
  readonly #readable: ReadableStream<Output>;
  readonly #writable: WritableStream<Input>;
  #output!: ReadableStreamDefaultController<Output>;
  #input!: WritableStreamDefaultController;
  /** The reader waits and nothing is queued for it. */
  #demanded = false;
  /** Ends the wait of a `write` for demand. */
  #resume: (() => void) | undefined;
  /** The error that waits for its turn behind the queue. */
  #failure: { error: unknown } | undefined;
  #ended = false;
  /** It has ended by an error or a cancel: what a step still emits goes nowhere. */
  #discards = false;
  /** What the reader cancelled for. */
  #reason: unknown;

  /**
   * Makes a stage that does what the transformer does.
   *
   * @throws {TypeError} If it has no function `transform`.
   */
  constructor(transformer: OrderedTransformer<Input, Output>) {
    super();
    checkObject("the transformer", transformer);
    checkFunction("transform", transformer.transform);
    this.#transformer = transformer;
    this.#readable = new ReadableStream<Output>({
      start: (controller) => void (this.#output = controller),
      pull: () => this.#pull(),
      cancel: (reason) => this.#cancel(reason),
    }, { highWaterMark: 0 });
    this.#writable = new WritableStream<Input>({
      start: (controller) => void (this.#input = controller),
      write: (input) => this.#write(input),
      close: () => this.#close(),
      abort: (reason) => this.#fail(reason),
    });
  }

  /** What comes out. */
  override get readable(): ReadableStream<Output> {
    return this.#readable;
  }

  /** What goes in. */
  override get writable(): WritableStream<Input> {
    return this.#writable;
  }

  /** With a high-water mark of 0 this is called when a read finds the queue empty, and only then. */
  #pull(): void {
    if (this.#failure) return this.#output.error(this.#failure.error);
    this.#demanded = true;
    this.#resume?.();
  }

  async #write(input: Input): Promise<void> {
    if (!this.#demanded) {
      await new Promise<void>((resume) => this.#resume = resume);
      this.#resume = undefined;
      // An input that is thrown away must not look like one that was taken.
      if (this.#ended) throw this.#reason;
    }
    const running = this.#run(() => this.#transformer.transform(input, this.#emit));
    if (running) await running;
  }

  async #close(): Promise<void> {
    await this.#run(() => this.#transformer.flush?.(this.#emit));
    // The reader may have cancelled meanwhile.
    if (this.#ended) return;
    this.#ended = true;
    this.#output.close();
  }

  /**
   * Runs a step of the transformer; its error ends both halves, the readable one in its turn. A step
   * that is not async makes no promise.
   */
  #run(step: () => void | Promise<void>): Promise<void> | undefined {
    try {
      const result = step();
      return isPromiseLike(result) ? this.#settle(result) : undefined;
    } catch (error) {
      return this.#failStep(error);
    }
  }

  async #settle(result: PromiseLike<void>): Promise<void> {
    try {
      await result;
    } catch (error) {
      await this.#failStep(error);
    }
  }

  async #failStep(error: unknown): Promise<never> {
    await this.#fail(error);
    throw error;
  }

  #emit = (output: Output): void => {
    if (this.#discards) return;
    this.#demanded = false;
    this.#output.enqueue(output);
  };

  #fail(error: unknown): void | Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#discards = true;
    if (this.#demanded) this.#output.error(error);
    else this.#failure = { error };
    return this.#transformer.cancel?.(error);
  }

  #cancel(reason: unknown): void | Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#discards = true;
    this.#reason = reason;
    this.#input.error(reason);
    this.#resume?.();
    return this.#transformer.cancel?.(reason);
  }
}

function isPromiseLike(value: unknown): value is PromiseLike<void> {
  return typeof (value as PromiseLike<void> | undefined)?.then === "function";
}
