/**
 * What a consumer brings to its channel of code of its own. It may be broken, which is to be the
 * trouble of this consumer alone.
 *
 * @module
 */

import { checkFunction, checkObject, checkOneOf, checkString } from "../check_option.ts";
import { errorMessage } from "../error_message.ts";
import { checkTag, copyTag, type FlvTag } from "../flv/flv_tag.ts";
import { type CountedTag, withTag } from "./counted_tag.ts";
import type { SubscribeOptions } from "./subscription.ts";

/**
 * Checks what a consumer asks for.
 *
 * @throws {TypeError} If the kind is no text, the mode none of the two, or a function is none.
 */
export function checkSubscribeOptions(options: SubscribeOptions): void {
  checkObject("the options", options);
  const { kind, mode, filter, onLag } = options;
  checkString("kind", kind);
  checkOneOf("mode", mode, ["live", "lossless"]);
  if (filter !== undefined) checkFunction("filter", filter);
  if (onLag !== undefined) checkFunction("onLag", onLag);
}

/**
 * The filter of a consumer, which makes of a tag what the consumer gets. It throws what the
 * consumer's own throws, and a TypeError where that gives anything but a tag.
 */
export function filterOf(
  { filter, shared }: SubscribeOptions,
): (counted: CountedTag) => CountedTag | undefined {
  if (!filter) return (counted) => counted;
  return (counted) => {
    const { tag, kind } = counted;
    const filtered: unknown = filter(shared ? tag : copyTag(tag), kind);
    if (!filtered) return undefined;
    try {
      if (filtered instanceof Promise) {
        // It must not become an unhandled rejection.
        filtered.catch(() => {});
        throw new TypeError("it is a promise");
      }
      return withTag(counted, checkTag(filtered as FlvTag));
    } catch (error) {
      throw new TypeError(
        `Cannot use what a filter has returned, expected a tag or undefined: ${
          errorMessage(error)
        }`,
        { cause: error },
      );
    }
  };
}

/** The same function, which throws nothing: what it throws or rejects with is given to `failed`. */
export function guarded<T>(
  call: (value: T) => unknown,
  failed: (error: unknown) => void,
): (value: T) => void {
  return (value) => {
    try {
      Promise.resolve(call(value)).catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}
