/**
 * A stream that the program itself publishes.
 *
 * @module
 */

import { checkObject, checkString } from "../check_option.ts";
import type { StreamRequest } from "../publication/publication.ts";

/**
 * A request of the program to publish: app and name, which make the path, and any other members.
 * `authorize` and the handler get empty strings and no parameters for members that are not given.
 */
export type PublishedStream =
  & Pick<StreamRequest, "app" | "name">
  & Partial<Omit<StreamRequest, "path">>;

/**
 * Completes a request.
 *
 * @throws {TypeError} If a member has the wrong type.
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
