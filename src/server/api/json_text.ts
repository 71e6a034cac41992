/**
 * Answers with a text that is already JSON.
 *
 * @module
 */

import type { Context } from "hono";

/** Answers with a text that is JSON. */
export function jsonText(context: Context, text: string): Response {
  return context.body(text, 200, { "content-type": "application/json" });
}
