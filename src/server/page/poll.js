// @ts-check
/// <reference lib="dom" />
/**
 * Looks at the server every second, less often when it does not answer, and not at all while nobody
 * sees the page.
 *
 * @module
 */

import { ApiError } from "./api.js";

/** Milliseconds between two looks. */
const INTERVAL = 1_000;

/** The longest time between two tries to reach a server that does not answer, in milliseconds. */
const LONGEST_INTERVAL = 15_000;

/**
 * Begins to look, and goes on for as long as the page is open.
 *
 * @template T
 * @param {() => Promise<T>} ask
 * @param {(answer: T) => void} show
 * @param {(refusal: string | undefined, retryIn: number) => void} lost Is told that the server does
 * not answer, or why it refuses, and in how many milliseconds it is asked again.
 */
export function poll(ask, show, lost) {
  let failures = 0;
  let asking = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const look = async () => {
    clearTimeout(timer);
    if (asking || document.hidden) return;
    asking = true;
    const outcome = await ask().then((answer) => ({ answer }), (error) => ({ error }));
    asking = false;
    if ("answer" in outcome) {
      failures = 0;
      timer = setTimeout(look, INTERVAL);
      return show(outcome.answer);
    }
    const retryIn = Math.min(INTERVAL * 2 ** ++failures, LONGEST_INTERVAL);
    timer = setTimeout(look, retryIn);
    lost(outcome.error instanceof ApiError ? outcome.error.message : undefined, retryIn);
  };

  document.addEventListener("visibilitychange", look);
  globalThis.addEventListener("online", look);
  look();
}
