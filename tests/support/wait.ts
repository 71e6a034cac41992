/**
 * Waiting for things to become so, instead of for time to pass.
 *
 * @module
 */

/** The longest that anything in a test may take, in milliseconds: slow machines are busy as well. */
export const PATIENCE = 60_000;

/** How often it is looked, in milliseconds. */
const INTERVAL = 5;

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

/** The same for a promise of something else. */
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
