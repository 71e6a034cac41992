/**
 * The loop that takes in connections, whatever happens to one of them.
 *
 * @module
 */

/** The first wait after a failure that is the machine's, in milliseconds; it doubles each time. */
const FIRST_BACKOFF = 5;

/** The longest wait between two tries, in milliseconds. */
const LONGEST_BACKOFF = 1000;

/**
 * Connections that are accepted before the event loop goes round: those that wait already are all
 * there at once, and timers and sockets would have to wait for the last of them. The turns of
 * `time/turns.ts` are too long for this: an HTTP request takes several rounds of the event loop, and
 * beside thousands of new connections `/healthz` took twice as long with them.
 */
const ACCEPTED_AT_ONCE = 16;

/**
 * Calls `take` for each connection until the listener is closed. `for await` over a listener ends
 * with the first client that resets before it is accepted, and with the first lack of file
 * descriptors; this goes on.
 *
 * @param failed Called with each error that is not the end.
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

/** Whether the client has reset its connection before it was accepted: nothing to wait for. */
export function isResetByClient(error: unknown): boolean {
  return error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted;
}
