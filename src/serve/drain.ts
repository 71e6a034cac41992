/**
 * Reading what a publisher has sent before the server ends.
 *
 * @module
 */

/** Milliseconds without a byte after which nothing that was sent waits to be read. */
const QUIET = 5;

/** Milliseconds in which the application takes no tag, after which it is not waited for. */
const STALLED = 1_000;

/** A publisher that is still read. */
export interface DrainedPeer {
  /** For how long the peer has been waited for, in milliseconds; 0 while it is not read. */
  readonly silence: number;
  /** A number that changes whenever the application takes something. */
  readonly progress: number;
  /** Whether the peer has disconnected, and everything has been read. */
  readonly ended: boolean;
}

/**
 * Waits until everything has been read that a peer had sent: it has disconnected, or a read finds
 * nothing. One that goes on sending is waited for up to the limit.
 *
 * @param limit The longest wait, in milliseconds.
 */
export async function drained(peer: DrainedPeer, limit: number): Promise<void> {
  const until = performance.now() + limit;
  let { progress } = peer;
  let movedAt = performance.now();
  while (!peer.ended && performance.now() < until) {
    await pause(Math.min(QUIET, limit));
    if (peer.silence >= QUIET && await staysQuiet(peer)) return;
    if (peer.progress !== progress) {
      progress = peer.progress;
      movedAt = performance.now();
    }
    if (performance.now() - movedAt > STALLED) return;
  }
}

/** Whether a read still waits when the event loop has looked at all sockets. */
async function staysQuiet(peer: DrainedPeer): Promise<boolean> {
  await pause(0);
  await pause(0);
  return peer.silence >= QUIET;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
