/**
 * The accept loop of a listener, which survives every error of a single connection.
 *
 * @module
 */

/** The first pause after a failure of the system, in milliseconds; it doubles each time. */
const FIRST_BACKOFF = 5;

/** The longest pause between two attempts, in milliseconds. */
const LONGEST_BACKOFF = 1000;

/**
 * Connections accepted before the event loop runs again. Otherwise timers and open sockets would have
 * to wait until every pending connection has been accepted. The slices of `time/time_slice.ts` are too long
 * for this: an HTTP request takes several rounds of the event loop, and beside thousands of new
 * connections `/healthz` took twice as long with them.
 */
const ACCEPTED_AT_ONCE = 16;

/**
 * Calls `take` for each connection until the listener is closed. `for await` over a listener would
 * end when a client resets its connection before it is accepted, or when file descriptors run out;
 * this loop continues.
 *
 * @param failed Called with each error that does not end the loop.
 */
export async function acceptAll(
  listener: Deno.Listener,
  take: (conn: Deno.Conn) => void,
  failed: (error: unknown) => void,
): Promise<void> {
  let backoff = FIRST_BACKOFF;
  for (let accepted = 1;; accepted++) {
    try {
      if (accepted % ACCEPTED_AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      take(await listener.accept());
      backoff = FIRST_BACKOFF;
    } catch (error) {
      if (isClosed(error)) return;
      failed(error);
      if (isResetByClient(error)) continue;
      await new Promise((resolve) => setTimeout(resolve, backoff));
      backoff = Math.min(2 * backoff, LONGEST_BACKOFF);
    }
  }
}

function isClosed(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted;
}

/** Whether the client has reset its connection before it was accepted: no reason for a pause. */
export function isResetByClient(error: unknown): boolean {
  return error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted;
}
