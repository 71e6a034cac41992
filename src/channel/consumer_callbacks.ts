/**
 * The callbacks of a consumer. An error in them affects this consumer alone.
 *
 * @module
 */

import { checkFunction, checkObject, checkOneOf, checkString } from "../check_option.ts";
import { errorMessage } from "../error_message.ts";
import { checkTag, copyTag, type FlvTag } from "../flv/flv_tag.ts";
import { type CountedTag, withTag } from "./counted_tag.ts";
import type { SubscribeOptions } from "./subscription.ts";

/**
 * Checks the options of a consumer.
 *
 * @throws {TypeError} If the kind is not a string, the mode is invalid, or a callback is not a
 * function.
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
 * Returns the filter of a consumer. It throws what the consumer's own filter throws, and a
 * TypeError if that returns anything but a tag or `undefined`.
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
        // Its rejection must not become an unhandled one.
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

/** Wraps a callback so that it never throws: its errors and rejections are passed to `failed`. */
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
