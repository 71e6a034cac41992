/**
 * Checks of options that are not numbers: functions, strings, signals. TypeScript does not check
 * programs in JavaScript, nor values from outside.
 *
 * @module
 */

/**
 * Checks a function that a caller has set.
 *
 * @param name The name of the option, for the message of the error.
 * @throws {TypeError} If it is not a function.
 */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== "function") throw wrong(name, value, "a function");
}

/**
 * Checks a string that a caller has set.
 *
 * @throws {TypeError} If it is not a string.
 */
export function checkString(name: string, value: unknown): void {
  if (typeof value !== "string") throw wrong(name, value, "a string");
}

/**
 * Checks an array of strings that a caller has set.
 *
 * @throws {TypeError} If it is not such an array.
 */
export function checkStrings(name: string, value: unknown): void {
  if (!Array.isArray(value)) throw wrong(name, value, "an array of strings");
  for (const item of value) checkString(`an item of ${name}`, item);
}

/**
 * Checks a value that has to be one of a few strings.
 *
 * @throws {TypeError} If it is none of them.
 */
export function checkOneOf(name: string, value: unknown, words: readonly string[]): void {
  if (words.includes(value as string)) return;
  throw wrong(name, value, words.map((word) => JSON.stringify(word)).join(" or "));
}

/**
 * Checks an AbortSignal, which may come from another realm.
 *
 * @throws {TypeError} If it is not an AbortSignal.
 */
export function checkSignal(name: string, value: unknown): void {
  const { aborted, addEventListener } = Object(value) as Partial<AbortSignal>;
  if (typeof aborted === "boolean" && typeof addEventListener === "function") return;
  throw wrong(name, value, "an AbortSignal");
}

/**
 * Checks an options object.
 *
 * @throws {TypeError} If it is not an object.
 */
export function checkObject(name: string, value: unknown): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong(name, value, "an object");
  }
}

function wrong(name: string, value: unknown, expected: string): TypeError {
  return new TypeError(`Cannot use ${describe(value)} as ${name}: expected ${expected}`);
}

/** Describes a value by its type alone: its content may be long, or secret. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}
