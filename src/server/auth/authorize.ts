/**
 * Authorization of publishers and viewers by the flags of the command line.
 *
 * @module
 */

import type { StreamRequest } from "../../publication/publication.ts";
import type { Refusal } from "../../publication/refusal.ts";
import { GuardedSecret } from "./guarded_secret.ts";
import type { Authorization } from "../../serve/types.ts";

/** The app that is reserved for HTTP routes. */
const RESERVED_APP = "api";

/** Whether a path is reserved for HTTP routes, so that no stream can have it. */
export function isReserved(path: string): boolean {
  return path === RESERVED_APP || path.startsWith(`${RESERVED_APP}/`);
}

const MISSING_OR_WRONG: Refusal = { description: "The stream key is missing or wrong" };

/**
 * Decides by the app, and for publishers by the key in `name?key=KEY`. After too many wrong keys a
 * publisher has to wait.
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
    // A plus sign in a query means a space, but encoders send that of a key unencoded.
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
