/**
 * Why a peer is refused.
 *
 * @module
 */

/** Why something is refused; both parts reach the peer. */
export interface Refusal {
  /** A code such as `NetStream.Publish.Denied`; of a longer one, the first 128 characters. */
  code?: string;
  /**
   * One sentence for the human who looks at the encoder's log; of a longer text, the first 1,024
   * characters. Controls in it are escaped.
   */
  description: string;
}
