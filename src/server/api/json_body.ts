/**
 * JSON bodies of API requests.
 *
 * @module
 */

import { LimitedBytesTransformStream, toJson } from "@std/streams";
import type { Context } from "hono";
import type { HTTPException } from "hono/http-exception";
import { httpError } from "../http/http_error.ts";
import { RtmpTimeoutError } from "../../errors.ts";
import { isObject } from "../../is_object.ts";
import { withDeadline } from "../../time/deadline.ts";
import type { HttpEnv } from "../http/http_env.ts";

/** Bytes in the largest body that is read. */
const MAX_BODY_SIZE = 16 * 1024;

/** Milliseconds in which all of a body has to arrive: as many as for the head of its request. */
const BODY_TIMEOUT = 20_000;

/**
 * Reads a body whose members are all strings.
 *
 * @param example What it should be like; its members are those that have to be there.
 * @param optional Those that may be there beside them.
 * @throws {HTTPException} If it is something else, or too large, or does not arrive in time: 400, 408,
 * 413 or 415.
 */
export async function readStrings<Name extends string, Optional extends string = never>(
  context: Context<HttpEnv>,
  example: Record<Name, string>,
  ...optional: Optional[]
): Promise<Record<Name, string> & Partial<Record<Optional, string>>> {
  const body = await readJson(context);
  const [type = ""] = (context.req.header("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/json") {
    throw httpError(415, "the body must be JSON (Content-Type: application/json)");
  }
  const names = [...Object.keys(example), ...optional];
  const members = Object.entries(isObject(body) ? body : {})
    .filter(([name]) => names.includes(name));
  const found = Object.fromEntries(members) as Record<Name | Optional, string>;
  const isWhole = Object.keys(example).every((name) => Object.hasOwn(found, name));
  if (isWhole && members.every(([, value]) => typeof value === "string")) return found;
  throw httpError(400, `the body must be like ${JSON.stringify(example)}`);
}

/**
 * Reads a body, however it announces its length: hono's own limit fails where none is given.
 *
 * @param timeout Milliseconds in which all of it has to arrive.
 * @returns `undefined` if it is no JSON.
 * @throws {HTTPException} If it ends early, does not arrive in time, or is too large: 400, 408 or 413.
 */
export async function readJson(
  context: Context<HttpEnv>,
  timeout: number = BODY_TIMEOUT,
): Promise<unknown> {
  const { incoming } = context.env;
  const tooLarge = () => unread(context, 413, `limit ${MAX_BODY_SIZE} bytes`);
  if (Number(incoming.headers["content-length"] ?? 0) > MAX_BODY_SIZE) throw tooLarge();
  const limit = new LimitedBytesTransformStream(MAX_BODY_SIZE, { error: true });
  // Cancelling the rest would close the connection, on which the answer is to be sent.
  const body = ReadableStream.from<Uint8Array>(incoming)
    .pipeThrough(limit, { preventCancel: true });
  try {
    return await withDeadline("read a body", toJson(body), { timeout });
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    if (cause instanceof RangeError) throw tooLarge();
    if (cause instanceof RtmpTimeoutError) {
      const late = `the body was not complete after ${timeout / 1000} s`;
      throw unread(context, 408, late);
    }
    // The client has closed the connection; this answer reaches no client.
    throw httpError(400, "the body ended early", cause);
  }
}

/** What refuses a body that has not been read to its end, which goes with its connection. */
function unread(context: Context, status: 408 | 413, message: string): HTTPException {
  context.header("connection", "close");
  return httpError(status, message);
}
