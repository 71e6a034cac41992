/**
 * Values that may have members.
 *
 * @module
 */

/** Whether a value is an object, an array included: its members can be read, whatever they are. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
