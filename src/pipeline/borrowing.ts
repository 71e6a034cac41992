/**
 * Which transformers can be given views of memory that is used again.
 *
 * @module
 */

import type { OrderedTransformer } from "./transformer.ts";

const BORROWERS = new WeakSet<object>();

/**
 * Marks a transformer as one of ours that copies what it keeps of an input's memory: it can be given
 * views of memory that is used again. Others get memory of their own.
 */
export function borrowing<Input, Output>(
  transformer: OrderedTransformer<Input, Output>,
): OrderedTransformer<Input, Output> {
  BORROWERS.add(transformer);
  return transformer;
}

/** Whether a transformer can be given views. */
export function borrows(transformer: object): boolean {
  return BORROWERS.has(transformer);
}
