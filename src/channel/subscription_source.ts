/**
 * The interface of a publication to its consumers.
 *
 * @module
 */

import type { FlvTag } from "../flv/flv_tag.ts";
import type { PublicationLedger } from "../ledger/publication_ledger.ts";
import type { CountedTag } from "./counted_tag.ts";
import type { SelectionSource } from "./tag_selection.ts";

/** The parts of a publication that its subscribers use. */
export interface SubscriptionSource extends SelectionSource {
  readonly ledger: PublicationLedger;
  /** The time since the first tag of the publication, in milliseconds. */
  readonly age: number;
  /** The tags that a decoder needs before it can continue at `tag`: metadata, sequence headers. */
  headersFor(tag: FlvTag): CountedTag[];
}
