/**
 * Who may publish, as the command line has it.
 *
 * @module
 */

import type { StreamRequest } from "../session/publication.ts";
import { isSameSecret } from "./secrets.ts";
import type { Authorization } from "./serve.ts";

/** The app that the HTTP side keeps for itself. */
export const RESERVED_APP = "api";

/** Decides by the app, and for publishers by the key that comes as `name?key=KEY`. */
export function authorizeBy(
  { app, streamKey }: { app: string | undefined; streamKey: string | undefined },
): (request: StreamRequest) => Authorization {
  return (request) => {
    const isReserved = request.app === RESERVED_APP || request.app.startsWith(`${RESERVED_APP}/`);
    if (isReserved || (app !== undefined && request.app !== app)) {
      return { description: `The app ${request.app} is not served here` };
    }
    if (request.kind === "publish" && streamKey !== undefined) {
      if (!isSameSecret(request.params.get("key") ?? "", streamKey)) {
        return { description: "The stream key is missing or wrong" };
      }
    }
    return true;
  };
}
