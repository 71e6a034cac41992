/**
 * Publishes and plays that are refused, in the books and in the log.
 *
 * @module
 */

import type { RefusalReason, ServerLedger } from "../ledger/server_ledger.ts";
import type { StreamRequest } from "../publication/publication.ts";
import type { Refusal } from "../publication/refusal.ts";
import { libraryLogger } from "./logger.ts";

/** What of a publish or play stands in the log when it is refused. */
export type Requested = Pick<StreamRequest, "path" | "remoteAddr"> & {
  connection?: string | undefined;
};

const log = libraryLogger(["sluice", "server"]);

/** Counts a refusal, and logs what the peer is told. */
export function noteRefusal(
  ledger: ServerLedger,
  { path, remoteAddr, connection }: Requested,
  { description }: Refusal,
  reason: RefusalReason,
): void {
  ledger.refuse(reason);
  log.warn("{remoteAddr} was refused {path}: {description}", {
    connection,
    remoteAddr,
    path,
    description,
  });
}

/** The same for one that names no stream, so that there is no path to show. */
export function noteInvalidName(
  ledger: ServerLedger,
  { remoteAddr, connection }: Omit<Requested, "path">,
  { description }: Refusal,
): void {
  ledger.refuse("invalid-name");
  log.warn("{remoteAddr} was refused: {description}", { connection, remoteAddr, description });
}

/** Whether an answer is a refusal, as opposed to what was asked for. */
export function isRefusal(answer: unknown): answer is Refusal {
  return typeof answer === "object" && answer !== null && "description" in answer &&
    !("tags" in answer);
}
