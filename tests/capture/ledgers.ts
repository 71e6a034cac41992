/**
 * The books of publications, for reading when they have ended.
 *
 * @module
 */

import { configure } from "@logtape/logtape";
import type { MediaCounts } from "../../src/ledger/counts.ts";
import type { PublicationLedger } from "../../src/ledger/publication_ledger.ts";
import type { RtmpServer } from "../../src/serve/serve.ts";

/** The books as the API shows them. */
export interface LedgerJson {
  received: MediaCounts & { bytes: number; chunks: number; messages: number };
  tags: MediaCounts;
  departed: { kind: string; delivered: MediaCounts; dropped: MediaCounts }[];
  balance: number;
}

/**
 * Keeps the books of every publication. The server itself keeps those of publications that go on;
 * its log tells when there is a new one.
 */
export async function keepLedgers(server: () => RtmpServer): Promise<() => LedgerJson[]> {
  const ledgers = new Set<PublicationLedger>();
  const keep = () => server().publications.forEach(({ ledger }) => ledgers.add(ledger));
  await configure({
    sinks: { keep },
    loggers: [
      { category: "sluice", lowestLevel: "info", sinks: ["keep"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: [] },
    ],
  });
  return () => [...ledgers].map((ledger) => JSON.parse(JSON.stringify(ledger)));
}
