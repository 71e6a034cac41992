/**
 * The stream that every stage is built on.
 *
 * @module
 */

/** What a stage does: synchronous, and knowing nothing of streams. */
export interface OrderedTransformer<Input, Output> {
  /**
   * Takes one input and emits what it completes. It may throw after having emitted: what was
   * emitted is delivered first.
   */
  transform(input: Input, emit: (output: Output) => void): void;
  /** Emits what is left when the input has ended. It may throw, as `transform` may. */
  flush?(emit: (output: Output) => void): void;
  /** Called once when the stage ends otherwise: an error, an abort, or a reader that cancels. */
  cancel?(reason: unknown): void;
}

/**
 * A `TransformStream` in which an error never overtakes data.
 *
 * A plain `TransformStream` that fails drops whatever its reader has not read yet: of a network read
 * that holds a hundred messages and then a broken header, a slow reader would get one. Here an
 * error, be it the stage's own or one that comes down the pipe, waits until everything before it has
 * been read. Otherwise it is what `TransformStream` is, with nothing kept beyond one input's output:
 * an input is taken only when the reader asks and all earlier output has been read.
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
  /** What the reader cancelled for. */
  #reason: unknown;

  /** Makes a stage that does what the transformer does. */
  constructor(transformer: OrderedTransformer<Input, Output>) {
    super();
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
    this.#run(() => this.#transformer.transform(input, this.#emit));
  }

  #close(): void {
    this.#run(() => this.#transformer.flush?.(this.#emit));
    this.#ended = true;
    this.#output.close();
  }

  /** Runs a step of the transformer; its error ends both halves, the readable one in its turn. */
  #run(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  #emit = (output: Output): void => {
    this.#demanded = false;
    this.#output.enqueue(output);
  };

  #fail(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#demanded) this.#output.error(error);
    else this.#failure = { error };
    this.#transformer.cancel?.(error);
  }

  #cancel(reason: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#reason = reason;
    this.#input.error(reason);
    this.#resume?.();
    this.#transformer.cancel?.(reason);
  }
}
