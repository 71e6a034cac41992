/**
 * A shared memory limit for the partial messages of all peers.
 *
 * @module
 */

/** The share of one peer in a {@linkcode PartialBudget}. */
interface Share {
  bytes: number;
  isCut: boolean;
  cut: () => void;
}

/**
 * Limits the memory of partial messages, over all peers. Each peer also has its own limit. When all
 * of them together exceed this one, the peer with the most is disconnected, which is never an
 * ordinary publisher.
 */
export class PartialBudget {
  readonly #limit: number;
  readonly #shares = new Set<Share>();
  #bytes = 0;

  /** @param limit The most bytes of memory. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The bytes of memory in use. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Opens the share of one peer.
   *
   * @param cut Disconnects the peer; it is called at most once.
   * @returns A function to call with each change of the peer's memory, in bytes, and with 0 at its
   * end.
   */
  open(cut: () => void): (bytes: number) => void {
    const share: Share = { bytes: 0, isCut: false, cut };
    return (bytes) => this.#change(share, bytes);
  }

  #change(share: Share, bytes: number): void {
    // A peer that is being disconnected is about to free everything.
    if (share.isCut) return;
    this.#bytes += bytes - share.bytes;
    share.bytes = bytes;
    if (bytes > 0) this.#shares.add(share);
    else this.#shares.delete(share);
    if (this.#bytes > this.#limit) this.#cutLargest();
  }

  #cutLargest(): void {
    let largest: Share | undefined;
    for (const share of this.#shares) {
      if (share.bytes > (largest?.bytes ?? 0)) largest = share;
    }
    if (!largest) return;
    this.#shares.delete(largest);
    this.#bytes -= largest.bytes;
    largest.isCut = true;
    largest.cut();
  }
}
