/**
 * Log records of viewers.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Lag } from "../../channel/lag.ts";
import type { Subscription } from "../../channel/subscription.ts";
import type { ConsumerLedger } from "../../ledger/consumer_ledger.ts";
import { total } from "../../ledger/media_sums.ts";
import { loggedLedger } from "../../serve/logged_ledger.ts";

/** The facts about a viewer for the log. */
export interface ViewerFacts {
  /** The id of the connection. */
  connection: string;
  /** As `address:port`. */
  remoteAddr: string;
  /** The path of the stream. */
  path: string;
}

const log = getLogger(["sluice", "viewer"]);

/**
 * Logs a line when a consumer begins to lose frames, and one when it keeps up again.
 *
 * @param kind The kind of the consumer.
 */
export function lagLog(
  facts: { remoteAddr: string; path: string; connection?: string },
  kind: string,
): (lag: Lag) => void {
  return ({ isOver, bytes, time, dropped }) => {
    const { videoFrames, audioFrames } = dropped;
    const seconds = (time / 1000).toFixed(1);
    if (isOver) {
      log.info(
        "{remoteAddr} keeps up with {path} again: " +
          "{videoFrames} video and {audioFrames} audio frames were dropped",
        { ...facts, kind, videoFrames, audioFrames },
      );
    } else {
      log.warn(
        "{remoteAddr} is too slow for {path} ({kind}), {bytes} bytes and {seconds} s behind: " +
          "frames are dropped",
        { ...facts, kind, bytes, seconds },
      );
    }
  };
}

/** Logs a line when a viewer gets the first tag of a stream, and one at its end. */
export async function logViewer(
  subscription: Subscription,
  { connection, remoteAddr, path }: ViewerFacts,
): Promise<void> {
  const { started, done, ledger } = subscription;
  const facts = { connection, consumer: ledger.id, remoteAddr, path, kind: ledger.kind };
  let hasBegun = false;
  await Promise.race([started.then(() => hasBegun = true), done]);
  if (!hasBegun) return;
  log.info("{remoteAddr} watches {path} ({kind})", facts);
  await done;
  const { endReason } = subscription;
  log.info(`{remoteAddr} no longer watches {path}: ${endReason ? "{reason}; " : ""}{ledger}`, {
    ...facts,
    ...endReason && { reason: endReason },
    ledger: loggedLedger(ledger, sumUp(ledger)),
  });
}

function sumUp({ delivered, dropped }: ConsumerLedger): string {
  const lost = Object.entries(dropped).map(([reason, counts]) => `${total(counts)} ${reason}`);
  return `${delivered.videoFrames} video and ${delivered.audioFrames} audio frames delivered` +
    (lost.length > 0 ? `, dropped: ${lost.join(", ")}` : "");
}
