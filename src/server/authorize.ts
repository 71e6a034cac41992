/**
 * Who may publish and who may watch, as the command line has it.
 *
 * @module
 */

import type { StreamRequest } from "../session/publication.ts";
import { Guesses } from "./guesses.ts";
import { isSameSecret } from "./secrets.ts";
import type { Authorization } from "./serve.ts";

/** The app that the HTTP side keeps for itself. */
export const RESERVED_APP = "api";

/**
 * Decides by the app, and for publishers by the key that comes as `name?key=KEY`. Who has guessed too
 * many wrong ones has to wait.
 */
export function authorizeBy(
  { app, streamKey }: { app: string | undefined; streamKey: string | undefined },
): (request: StreamRequest) => Authorization {
  const guesses = new Guesses();
  return (request) => {
    const isReserved = request.app === RESERVED_APP || request.app.startsWith(`${RESERVED_APP}/`);
    if (isReserved || (app !== undefined && request.app !== app)) {
      return { description: `The app ${request.app} is not served here` };
    }
    if (request.kind === "play" || streamKey === undefined) return true;
    const key = request.params.get("key") ?? "";
    const seconds = guesses.wait(request.remoteAddr);
    if (seconds > 0) {
      return { description: `Too many wrong stream keys; try again in ${seconds} s` };
    }
    if (isSameSecret(key, streamKey)) return true;
    if (key !== "") guesses.add(request.remoteAddr);
    return { description: "The stream key is missing or wrong" };
  };
}
