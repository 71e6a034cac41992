// @ts-check
/// <reference lib="dom" />
/**
 * Polling of the server, every second unless the page is hidden and silent.
 *
 * @module
 */

import { ApiError } from "./api.js";

/** Interval between an answer and the next request, in milliseconds. */
const INTERVAL = 1_000;

/** The same interval while the server does not answer, so that the page soon notices its return. */
const RETRY_INTERVAL = 2_000;

/**
 * Polls for as long as the page is open.
 *
 * @template T
 * @param {object} options
 * @param {() => Promise<T>} options.ask
 * @param {(answer: T) => void} options.show
 * @param {(refusal: string | undefined, retryIn: number) => void} options.onUnreachable Is called
 * when the server does not answer, or refuses to, with its reason; it is asked again in `retryIn`
 * milliseconds.
 * @param {() => boolean} options.isNeededWhileHidden Whether the page has to know although it is
 * hidden.
 * @returns {() => void} Asks at once.
 */
export function poll({ ask, show, onUnreachable, isNeededWhileHidden }) {
  let isAsking = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const tick = async () => {
    clearTimeout(timer);
    if (isAsking || (document.hidden && !isNeededWhileHidden())) return;
    isAsking = true;
    const outcome = await ask().then((answer) => ({ answer }), (error) => ({ error }));
    isAsking = false;
    const isAnswered = "answer" in outcome;
    timer = setTimeout(tick, isAnswered ? INTERVAL : RETRY_INTERVAL);
    if (isAnswered) return show(outcome.answer);
    onUnreachable(
      outcome.error instanceof ApiError ? outcome.error.message : undefined,
      RETRY_INTERVAL,
    );
  };

  document.addEventListener("visibilitychange", tick);
  globalThis.addEventListener("online", tick);
  tick();
  return tick;
}
