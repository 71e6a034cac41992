/**
 * Waiting for things to become so, instead of for time to pass.
 *
 * @module
 */

/** The longest that anything in a test may take, in milliseconds: slow machines are busy as well. */
export const PATIENCE = 120_000;

/** Interval between two looks, in milliseconds. */
const INTERVAL = 5;

/** Looks in a row with the same number after which it is taken to change no more. */
const LOOKS = 20;

/**
 * Resolves with what `look` returns as soon as that is neither `undefined` nor `false`.
 *
 * @param what What is waited for, for the message of the test that waited in vain.
 */
export async function until<T>(
  what: string | (() => string),
  look: () => T | Promise<T>,
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>;
    if (performance.now() > deadline) {
      throw new Error(`Cannot wait any longer for ${typeof what === "string" ? what : what()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
}

/**
 * Resolves with a number that changes no more: one above 0 that many looks in a row have found,
 * between which everything else has had its turn.
 */
export async function stopped(
  what: string,
  look: () => number | Promise<number>,
): Promise<number> {
  let before = 0;
  let looks = 0;
  return await until(what, async () => {
    const now = await look();
    looks = now === before && now > 0 ? looks + 1 : 0;
    before = now;
    return looks === LOOKS && now;
  });
}

/** Resolves as a promise does, or rejects when that takes too long. */
export async function within<T>(
  what: string,
  promise: Promise<T>,
  patience = PATIENCE,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`Cannot wait any longer for ${what}`);
    timer = setTimeout(() => reject(error), patience);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
