/**
 * Errors over HTTP, whose texts begin with the reason phrase of their status.
 *
 * @module
 */

import { HTTPException } from "hono/http-exception";

/** The reason phrases (RFC 9110, section 15; RFC 6585) of the errors that the server answers with. */
const PHRASES = {
  400: "Bad request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  408: "Request timeout",
  409: "Conflict",
  413: "Content too large",
  415: "Unsupported media type",
  429: "Too many requests",
  431: "Request header fields too large",
  500: "Internal server error",
  503: "Service unavailable",
  504: "Gateway timeout",
} as const;

/** An error to answer with: "Not found: this stream is not published". */
export function httpError(
  status: keyof typeof PHRASES,
  detail?: string,
  cause?: unknown,
): HTTPException {
  const phrase = PHRASES[status];
  return new HTTPException(status, {
    message: detail === undefined ? phrase : `${phrase}: ${detail}`,
    cause,
  });
}
