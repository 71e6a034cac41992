/**
 * JSON bodies of API requests.
 *
 * @module
 */

import type { IncomingMessage } from "node:http";
import { concat } from "@std/bytes";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { HttpEnv } from "../http/http_env.ts";

/** Bytes in the largest body that is read. */
const MAX_BODY_SIZE = 16 * 1024;

/**
 * Reads a body whose members are all strings.
 *
 * @param example What it should be like; its members are those that have to be there.
 * @param optional Those that may be there beside them.
 * @throws {HTTPException} If it is something else, or too large: 400, 413 or 415.
 */
export async function readStrings<Name extends string, Optional extends string = never>(
  context: Context<HttpEnv>,
  example: Record<Name, string>,
  ...optional: Optional[]
): Promise<Record<Name, string> & Partial<Record<Optional, string>>> {
  const text = await readBody(context.env.incoming);
  const [type = ""] = (context.req.header("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/json") {
    throw new HTTPException(415, {
      message: "Unsupported media type: the body must be JSON (Content-Type: application/json)",
    });
  }
  const body = parse(text);
  const names = [...Object.keys(example), ...optional];
  const members = Object.entries(typeof body === "object" && body !== null ? body : {})
    .filter(([name]) => names.includes(name));
  const found = Object.fromEntries(members) as Record<Name | Optional, string>;
  const isWhole = Object.keys(example).every((name) => Object.hasOwn(found, name));
  if (isWhole && members.every(([, value]) => typeof value === "string")) return found;
  throw new HTTPException(400, { message: `The body must be like ${JSON.stringify(example)}` });
}

/** The whole body, however it announces itself: hono's own limit fails where no length is given. */
async function readBody(incoming: IncomingMessage): Promise<string> {
  if (Number(incoming.headers["content-length"] ?? 0) > MAX_BODY_SIZE) throw tooLarge();
  // There is no cancelling it: that would close the connection, on which the answer is to be sent.
  const chunks: AsyncIterator<Uint8Array> = incoming[Symbol.asyncIterator]();
  const taken: Uint8Array[] = [];
  let size = 0;
  try {
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
      size += next.value.length;
      if (size > MAX_BODY_SIZE) throw tooLarge();
      taken.push(next.value);
    }
  } catch (cause) {
    if (cause instanceof HTTPException) throw cause;
    // The client has closed the connection; this answer reaches no client.
    throw new HTTPException(400, { message: "Request body ended early", cause });
  }
  return new TextDecoder().decode(concat(taken));
}

function tooLarge(): HTTPException {
  return new HTTPException(413, { message: `Content too large: limit ${MAX_BODY_SIZE} bytes` });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
