/**
 * The API of a server under test.
 *
 * @module
 */

import { type HttpApp, startHttpApp } from "./http.ts";

/** What the API has answered. */
export interface ApiAnswer {
  status: number;
  headers: Headers;
  /** The body, if it is JSON. */
  // deno-lint-ignore no-explicit-any
  body: any;
}

/** A server, and requests to it. */
export interface ApiApp extends HttpApp {
  /** Sends a request to `/api/v1/<path>`; a body that is no string goes as JSON. */
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<ApiAnswer>;
}

/** Starts a server; flags are those of the command line. */
export async function startApiApp(...args: string[]): Promise<ApiApp> {
  const http = await startHttpApp(...args);
  return Object.assign(http, {
    call: (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
      callApi(http.url, method, path, body, headers),
  });
}

/** Sends a request to the API of the server at this URL. */
export async function callApi(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<ApiAnswer> {
  const response = await fetch(`${url}/api/v1/${path}`, {
    method,
    headers: { ...body !== undefined && { "content-type": "application/json" }, ...headers },
    ...body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) },
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type") === "application/json";
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : undefined,
  };
}

/** A directory for recordings, removed with everything in it at the end. */
export async function recordingDirectory(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "sluice-test-" });
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
