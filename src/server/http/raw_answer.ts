/**
 * Answers written to a connection without a Node response.
 *
 * @module
 */

import { STATUS_CODES } from "node:http";
import type { HTTPException } from "hono/http-exception";
import type { HttpSocket } from "./http_socket.ts";
import { SECURITY_HEADERS } from "./security_headers.ts";

/** Answers with an error as JSON, as all routes do, and closes the connection. */
export function answerError(socket: HttpSocket, { status, message }: HTTPException): void {
  const body = JSON.stringify({ error: message });
  socket.on("error", () => {});
  socket.write([
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "content-type: application/json",
    `content-length: ${new TextEncoder().encode(body).length}`,
    "connection: close",
    ...Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}`),
    "",
    body,
  ].join("\r\n"));
  // Further bytes of the client are read and discarded.
  socket.resume();
  socket.destroySoon();
}
