/**
 * What the log says of those who watch.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Subscription } from "../channel/subscription.ts";
import type { ConsumerLedger } from "../ledger/consumer_ledger.ts";
import { total } from "../ledger/media_sums.ts";
import { loggedLedger } from "./logged_ledger.ts";

/** Who watches what. */
export interface ViewerFacts {
  /** The id of the connection. */
  connection: string;
  /** As `address:port`. */
  remoteAddr: string;
  /** The path of the stream. */
  path: string;
}

const log = getLogger(["sluice", "viewer"]);

/** Writes a line when somebody gets the first of a stream, and one when it is over. */
export async function logViewer(
  { begun, done, ledger }: Subscription,
  { connection, remoteAddr, path }: ViewerFacts,
): Promise<void> {
  const facts = { connection, consumer: ledger.id, remoteAddr, path, kind: ledger.kind };
  let hasBegun = false;
  await Promise.race([begun.then(() => hasBegun = true), done]);
  if (!hasBegun) return;
  log.info("{remoteAddr} watches {path} ({kind})", facts);
  await done;
  log.info("{remoteAddr} no longer watches {path}: {ledger}", {
    ...facts,
    ledger: loggedLedger(ledger, sumUp(ledger)),
  });
}

function sumUp({ delivered, dropped }: ConsumerLedger): string {
  const lost = Object.entries(dropped).map(([reason, counts]) => `${total(counts)} ${reason}`);
  return `${delivered.videoFrames} video and ${delivered.audioFrames} audio frames delivered` +
    (lost.length > 0 ? `, dropped: ${lost.join(", ")}` : "");
}
