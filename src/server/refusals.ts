/**
 * Publishes and plays that are refused, in the books and in the log.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { RefusalReason, ServerLedger } from "../ledger/server_ledger.ts";
import type { StreamRequest } from "../session/publication.ts";
import type { Refusal } from "../session/status.ts";

/** What of a publish or play stands in the log when it is refused. */
export type Requested = Pick<StreamRequest, "app" | "name" | "remoteAddr"> & {
  connection?: string | undefined;
};

const log = getLogger(["sluice", "server"]);

/** Counts a refusal, and logs what the peer is told. */
export function noteRefusal(
  ledger: ServerLedger,
  { app, name, remoteAddr, connection }: Requested,
  { description }: Refusal,
  reason: RefusalReason,
): void {
  ledger.refuse(reason);
  log.warn("{remoteAddr} was refused {path}: {description}", {
    connection,
    remoteAddr,
    path: name === "" ? app : `${app}/${name}`,
    description,
  });
}

/** Whether an answer is a refusal, as opposed to what was asked for. */
export function isRefusal(answer: unknown): answer is Refusal {
  return typeof answer === "object" && answer !== null && "description" in answer &&
    !("tags" in answer);
}
