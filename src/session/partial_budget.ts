/**
 * What all peers together may leave unfinished.
 *
 * @module
 */

/** The part that one peer has in a {@linkcode PartialBudget}. */
interface Share {
  bytes: number;
  isCut: boolean;
  cut: () => void;
}

/**
 * Bytes of memory that unfinished messages take up, over all peers. What each of them may hold is a
 * matter of its own limit; when all together hold too much, the peer that holds the most is cut off,
 * which is never one that publishes as others do.
 */
export class PartialBudget {
  readonly #limit: number;
  readonly #shares = new Set<Share>();
  #bytes = 0;

  /** @param limit Bytes that may wait altogether. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes that wait altogether. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Opens the share of one peer.
   *
   * @param cut Cuts it off; it is called once at most.
   * @returns Is told how many bytes wait for the peer, whenever that changes, and 0 at its end.
   */
  open(cut: () => void): (bytes: number) => void {
    const share: Share = { bytes: 0, isCut: false, cut };
    return (bytes) => this.#change(share, bytes);
  }

  #change(share: Share, bytes: number): void {
    // A peer that has been cut off is about to give everything back.
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
