/**
 * Draining of publishers: on shutdown the server reads what they have already sent.
 *
 * @module
 */

import { waitedSince } from "../time/standstill.ts";

/** Milliseconds without a byte after which everything sent has been read. */
const QUIET_TIME = 5;

/** Milliseconds without progress of the application after which draining gives up. */
const STALL_TIMEOUT = 1_000;

/** A publisher that is being drained. */
export interface DrainedPeer {
  /** How long the server has waited for the peer, in milliseconds; 0 while it does not read. */
  readonly silence: number;
  /** A number that changes whenever the application receives a tag. */
  readonly progress: number;
  /** Whether the peer has disconnected and everything has been read. */
  readonly ended: boolean;
}

/**
 * Waits until everything that the peer has sent has been read: it has disconnected, or a read finds
 * nothing. If the peer keeps sending, the wait ends at the limit.
 *
 * @param limit The longest wait, in milliseconds.
 */
export async function waitUntilDrained(peer: DrainedPeer, limit: number): Promise<void> {
  const begunAt = performance.now();
  let { progress } = peer;
  let movedAt = performance.now();
  while (!peer.ended && waitedSince(begunAt) < limit) {
    await pause(Math.min(QUIET_TIME, limit));
    if (peer.silence >= QUIET_TIME && await staysQuiet(peer)) return;
    if (peer.progress !== progress) {
      progress = peer.progress;
      movedAt = performance.now();
    }
    if (waitedSince(movedAt) > STALL_TIMEOUT) return;
  }
}

/** Whether a read still waits after the event loop has checked all sockets. */
async function staysQuiet(peer: DrainedPeer): Promise<boolean> {
  await pause(0);
  await pause(0);
  return peer.silence >= QUIET_TIME;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
