/**
 * Who may publish and who may watch, as the command line has it.
 *
 * @module
 */

import type { StreamRequest } from "../../publication/publication.ts";
import type { Refusal } from "../../publication/refusal.ts";
import { GuardedSecret } from "./guarded_secret.ts";
import type { Authorization } from "../../serve/types.ts";

/** The app that the HTTP side keeps for itself. */
const RESERVED_APP = "api";

/** Whether a path belongs to the HTTP side, so that no stream can have it. */
export function isReserved(path: string): boolean {
  return path === RESERVED_APP || path.startsWith(`${RESERVED_APP}/`);
}

const MISSING_OR_WRONG: Refusal = { description: "The stream key is missing or wrong" };

/**
 * Decides by the app, and for publishers by the key that comes as `name?key=KEY`. Who has guessed too
 * many wrong ones has to wait.
 */
export function authorizeBy(
  { app, streamKey }: { app: string | undefined; streamKey: string | undefined },
): (request: StreamRequest) => Authorization {
  const secret = streamKey === undefined ? undefined : new GuardedSecret(streamKey);
  return (request) => {
    if (isReserved(request.path)) return { description: "The app api is reserved" };
    if (app !== undefined && request.app !== app) return notServed(request, app);
    if (request.kind === "play" || !secret) return true;
    const key = request.params.get("key") ?? "";
    if (key === "") return MISSING_OR_WRONG;
    // A plus sign in a query is a space, but encoders send the one of a key as it is.
    const verdict = secret.check(request.remoteAddr, key, key.replaceAll(" ", "+"));
    if (verdict === true) return true;
    return verdict === 0
      ? MISSING_OR_WRONG
      : { description: `Too many wrong stream keys; try again in ${verdict} s` };
  };
}

function notServed(request: StreamRequest, app: string): Refusal {
  const description = request.app === ""
    ? `The app ${app} is served here: use rtmp://host/${app} and a stream key such as demo`
    : `The app ${request.app} is not served here`;
  return { description };
}
