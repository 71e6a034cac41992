/**
 * What a caller sets that is no number: functions, texts, signals. Types say what they have to be, and
 * programs in JavaScript, and values from elsewhere, pass by types.
 *
 * @module
 */

import { isObject } from "./is_object.ts";

/**
 * Checks a function that a caller has set.
 *
 * @param name What it is, for the message of the error.
 * @throws {TypeError} If it is none.
 */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== "function") throw wrong(name, value, "a function");
}

/**
 * The same for a text.
 *
 * @throws {TypeError} If it is none.
 */
export function checkString(name: string, value: unknown): void {
  if (typeof value !== "string") throw wrong(name, value, "a string");
}

/**
 * The same for a list of texts.
 *
 * @throws {TypeError} If it is none.
 */
export function checkStrings(name: string, value: unknown): void {
  if (!Array.isArray(value)) throw wrong(name, value, "an array of strings");
  for (const item of value) checkString(`an item of ${name}`, item);
}

/**
 * The same for one of a few words.
 *
 * @throws {TypeError} If it is none of them.
 */
export function checkWord(name: string, value: unknown, words: readonly string[]): void {
  if (words.includes(value as string)) return;
  throw wrong(name, value, words.map((word) => JSON.stringify(word)).join(" or "));
}

/**
 * The same for a signal, of whatever realm.
 *
 * @throws {TypeError} If it is none.
 */
export function checkSignal(name: string, value: unknown): void {
  const { aborted, addEventListener } = Object(value) as Partial<AbortSignal>;
  if (typeof aborted === "boolean" && typeof addEventListener === "function") return;
  throw wrong(name, value, "an AbortSignal");
}

/**
 * The same for options as a whole.
 *
 * @throws {TypeError} If they are no object.
 */
export function checkObject(name: string, value: unknown): void {
  if (!isObject(value) || Array.isArray(value)) throw wrong(name, value, "an object");
}

function wrong(name: string, value: unknown, expected: string): TypeError {
  return new TypeError(`Cannot use ${describe(value)} as ${name}: expected ${expected}`);
}

/** The kind of a value; its content may be long, or secret. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}
