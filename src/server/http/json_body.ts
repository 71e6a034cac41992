/**
 * The bodies that the API reads.
 *
 * @module
 */

import type { Context, Handler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";

/** Bytes in the largest body that is read. */
const MAX_BODY_SIZE = 16 * 1024;

/** Refuses bodies that are too large, however they announce themselves. */
export const limitBody: Handler = bodyLimit({
  maxSize: MAX_BODY_SIZE,
  onError() {
    throw new HTTPException(413, { message: `The body has more than ${MAX_BODY_SIZE} bytes` });
  },
});

/**
 * Reads a body whose members are all strings.
 *
 * @param example What it should be like; its members are those that are read.
 * @throws {HTTPException} If it is something else: 400 or 415.
 */
export async function readStrings<Name extends string>(
  context: Context,
  example: Record<Name, string>,
): Promise<Record<Name, string>> {
  const [type = ""] = (context.req.header("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/json") {
    throw new HTTPException(415, {
      message: "The body must be JSON: Content-Type: application/json",
    });
  }
  const body: unknown = await context.req.json().catch(() => undefined);
  const members = Object.entries(typeof body === "object" && body !== null ? body : {});
  const strings = members.filter(([, value]) => typeof value === "string");
  const found = Object.fromEntries(strings) as Record<Name, string>;
  if (Object.keys(example).every((name) => Object.hasOwn(found, name))) return found;
  throw new HTTPException(400, { message: `The body must be like ${JSON.stringify(example)}` });
}
