/**
 * What is published by the program itself, as opposed to a peer.
 *
 * @module
 */

import { checkObject, checkString } from "../check_option.ts";
import type { StreamRequest } from "../publication/publication.ts";

/**
 * Who publishes what: app and name, of which the path is made, and as much of the rest as there is. What
 * `authorize` and the handler get of it has empty texts and no parameters where nothing is given.
 */
export type PublishedStream =
  & Pick<StreamRequest, "app" | "name">
  & Partial<Omit<StreamRequest, "path">>;

/**
 * Completes a request.
 *
 * @throws {TypeError} If something in it is of another kind than it has to be.
 */
export function completeRequest(given: PublishedStream): Omit<StreamRequest, "path"> {
  checkObject("the request", given);
  const { params = new URLSearchParams(), remoteAddr = "", tcUrl = "", flashVer = "" } = given;
  const { app, name } = given;
  for (const [key, text] of Object.entries({ app, name, remoteAddr, tcUrl, flashVer })) {
    checkString(key, text);
  }
  if (!(params instanceof URLSearchParams)) {
    throw new TypeError("Cannot use these params: expected URLSearchParams");
  }
  return { ...given, kind: "publish", params, remoteAddr, tcUrl, flashVer };
}
