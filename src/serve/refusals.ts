/**
 * Refusals of publishes and plays, in the ledger and in the log.
 *
 * @module
 */

import { isObject } from "../is_object.ts";
import type { RefusalReason, ServerLedger } from "../ledger/server_ledger.ts";
import type { StreamRequest } from "../publication/publication.ts";
import type { Refusal } from "../publication/refusal.ts";
import { libraryLogger } from "./logger.ts";

/** The facts about a refused publish or play for the log. */
export type Requested = Pick<StreamRequest, "path" | "remoteAddr"> & {
  connection?: string | undefined;
};

const log = libraryLogger(["sluice", "server"]);

/** Counts a refusal, and logs its description. */
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

/** Counts and logs the refusal of a name that is not valid, so that there is no path to log. */
export function noteInvalidName(
  ledger: ServerLedger,
  { remoteAddr, connection }: Omit<Requested, "path">,
  { description }: Refusal,
): void {
  ledger.refuse("invalid-name");
  log.warn("{remoteAddr} was refused: {description}", { connection, remoteAddr, description });
}

/** Whether an answer is a refusal. */
export function isRefusal(answer: unknown): answer is Refusal {
  return isObject(answer) && "description" in answer && !("tags" in answer);
}
