/**
 * The refusal of a peer, with the reason that it is told.
 *
 * @module
 */

/** The reason for which a publish, a play or a connection is refused; the peer gets both parts. */
export interface Refusal {
  /** A code such as `NetStream.Publish.Denied`; of a longer one, the first 128 characters. */
  code?: string;
  /**
   * One sentence for the person who reads the encoder's log; of a longer text, the first 1,024
   * characters. Control characters are escaped.
   */
  description: string;
}
