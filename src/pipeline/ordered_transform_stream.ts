/**
 * The stream that every stage is built on.
 *
 * @module
 */

import { checkFunction, checkObject } from "../check_option.ts";
import { SourceStream } from "./source_stream.ts";
import { Stage } from "./stage.ts";
import { StageInlet } from "./stage_inlet.ts";
import type { OrderedTransformer } from "./transformer.ts";

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
  readonly #readable: ReadableStream<Output>;
  readonly #writable: WritableStream<Input>;

  /**
   * Makes a stage that does what the transformer does.
   *
   * @throws {TypeError} If it has no function `transform`.
   */
  constructor(transformer: OrderedTransformer<Input, Output>) {
    super();
    checkObject("the transformer", transformer);
    checkFunction("transform", transformer.transform);
    const stage = new Stage(transformer);
    this.#readable = new SourceStream(stage);
    this.#writable = new StageInlet(stage);
  }

  /** What comes out. */
  override get readable(): ReadableStream<Output> {
    return this.#readable;
  }

  /** What goes in. */
  override get writable(): WritableStream<Input> {
    return this.#writable;
  }
}
