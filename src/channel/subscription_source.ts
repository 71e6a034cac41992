/**
 * A publication, as its consumers see it.
 *
 * @module
 */

import type { FlvTag } from "../flv/flv_tag.ts";
import type { PublicationLedger } from "../ledger/publication_ledger.ts";
import type { CountedTag } from "./counted_tag.ts";
import type { SelectionSource } from "./tag_selection.ts";

/** What a subscriber needs to know of the publication that it gets. */
export interface SubscriptionSource extends SelectionSource {
  readonly ledger: PublicationLedger;
  /** For how long the publication has been giving tags, in milliseconds. */
  readonly age: number;
  /** The tags that a decoder needs before it can continue at `tag`: metadata, sequence headers. */
  headersFor(tag: FlvTag): CountedTag[];
}
