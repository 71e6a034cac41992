/**
 * Deep equality, as `@std/assert` has it.
 *
 * @module
 */

type Key = string | symbol;

const TypedArray = Object.getPrototypeOf(Uint8Array) as abstract new () => ArrayLike<unknown>;

/**
 * Whether two values are the same in depth: typed arrays and array buffers by content, dates by
 * time, maps and sets regardless of order, NaN equal to NaN, 0 equal to -0, and everything else by
 * prototype and properties, symbol keys included. A property that is `undefined` is not the same as
 * one that is missing.
 */
export function equal(a: unknown, b: unknown): boolean {
  return compare(a, b, new Map());
}

/** `seen` has the pairs that are taken to be the same, so that cycles end. */
function compare(a: unknown, b: unknown, seen: Map<object, object>): boolean {
  if (a === b || Number.isNaN(a) && Number.isNaN(b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (!samePrototype(a, b)) return false;
  if (a instanceof TypedArray) return sameElements(a, b as typeof a);
  if (a instanceof ArrayBuffer || a instanceof SharedArrayBuffer) {
    return sameElements(new Uint8Array(a), new Uint8Array(b as typeof a));
  }
  if (a instanceof RegExp || a instanceof URL || a instanceof URLSearchParams) {
    return String(a) === String(b);
  }
  if (seen.get(a) === b) return true;
  if (Object.keys(a).length !== Object.keys(b).length) return false;
  seen.set(a, b);
  const same = sameMembers(a, b, seen);
  if (!same) seen.delete(a);
  return same;
}

function sameMembers(a: object, b: object, seen: Map<object, object>): boolean {
  if (a instanceof Map) return sameEntries([...a], [...b as typeof a], seen);
  if (a instanceof Set) return sameEntries([...a.entries()], [...(b as typeof a).entries()], seen);
  for (const key of new Set([...comparedKeys(a), ...comparedKeys(b)])) {
    if (key in a !== key in b) return false;
    if (!compare(Reflect.get(a, key), Reflect.get(b, key), seen)) return false;
  }
  return true;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** An object without a prototype passes for a plain one. */
function samePrototype(a: object, b: object): boolean {
  const [ofA, ofB] = [a, b].map((each) => Object.getPrototypeOf(each) ?? Object.prototype);
  return ofA === ofB;
}

function sameElements(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i] && !(Number.isNaN(a[i]) && Number.isNaN(b[i]))) return false;
  }
  return true;
}

type Entry = [unknown, unknown];

function sameEntries(a: Entry[], b: Entry[], seen: Map<object, object>): boolean {
  return a.length === b.length &&
    a.every((mine) =>
      b.some((theirs) => compare(mine[0], theirs[0], seen) && compare(mine[1], theirs[1], seen))
    );
}

/** Own keys of plain objects and arrays; of instances also what their classes define. */
function comparedKeys(value: object): Key[] {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype || prototype === Array.prototype) {
    return Reflect.ownKeys(value).filter((key) =>
      Object.prototype.propertyIsEnumerable.call(value, key)
    );
  }
  const keys: Key[] = [];
  let holder: object | null = value;
  while (holder && holder !== Object.prototype && holder !== Array.prototype) {
    keys.push(...Reflect.ownKeys(holder));
    holder = Object.getPrototypeOf(holder);
  }
  return keys;
}
