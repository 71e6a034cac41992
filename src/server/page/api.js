// @ts-check
/// <reference lib="dom" />
/**
 * Requests to the server. All URLs are relative to the page, which may have the prefix of a proxy.
 *
 * @module
 */

/** Time limit for a request, after which the server counts as unreachable, in milliseconds. */
const REQUEST_TIMEOUT = 5_000;

/** The key of the token in the session storage, which lasts until the tab is closed. */
const TOKEN_KEY = "sluice.token";

/** An error response of the server. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * The token that the operator entered in this tab.
 *
 * @returns {string | null}
 */
export function token() {
  return sessionStorage.getItem(TOKEN_KEY);
}

/**
 * Stores a token, or removes it.
 *
 * @param {string | null} value
 */
export function storeToken(value) {
  if (value === null) sessionStorage.removeItem(TOKEN_KEY);
  else sessionStorage.setItem(TOKEN_KEY, value);
}

/**
 * Sends a request to the API.
 *
 * @template T
 * @param {string} path
 * @param {RequestInit} [init]
 * @param {string | null} [bearer]
 * @returns {Promise<T>}
 */
export async function request(path, init = {}, bearer = token()) {
  const response = await fetch(serverUrl(`api/v1/${path}`), {
    ...init,
    headers: {
      ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
      ...(init.body !== undefined && { "content-type": "application/json" }),
    },
    cache: "no-store",
    // A proxy may ask for a password or a cookie; the server itself knows neither.
    credentials: "same-origin",
    signal: AbortSignal.timeout(REQUEST_TIMEOUT),
  });
  const text = await response.text();
  if (!response.ok) throw new ApiError(response.status, reasonOf(response, text));
  return JSON.parse(text === "" ? "null" : text);
}

/**
 * The reason for an error response, which may be a page of a proxy.
 *
 * @param {Response} response
 * @param {string} text
 * @returns {string}
 */
function reasonOf({ status, statusText }, text) {
  try {
    const { error } = JSON.parse(text);
    if (typeof error === "string") return error;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (status === 401) return "A proxy before the server asks for a password: load the page again";
  return `A proxy before the server answers ${status} ${statusText}`.trim();
}

/**
 * A URL of the server, without the user and password that the page's own URL may have for a proxy:
 * `fetch` refuses URLs with them, and they must not be shown.
 *
 * @param {string} path
 * @returns {URL}
 */
export function serverUrl(path) {
  const url = new URL(path, document.baseURI);
  url.username = url.password = "";
  return url;
}

/**
 * The path of a stream in a URL.
 *
 * @param {{ path: string }} stream
 * @returns {string}
 */
export function urlPath({ path }) {
  return path.split("/").map(encodeURIComponent).join("/");
}

/**
 * Ends a publication.
 *
 * @param {{ path: string }} stream
 * @returns {Promise<void>}
 */
export function endStream(stream) {
  return request(`streams/${urlPath(stream)}`, { method: "DELETE" });
}

/**
 * Starts a recording of a stream.
 *
 * @param {string} stream
 * @returns {Promise<void>}
 */
export function startRecording(stream) {
  return request("recordings", { method: "POST", body: JSON.stringify({ stream }) });
}

/**
 * Ends the recording of a stream.
 *
 * @param {string} stream
 * @returns {Promise<void>}
 */
export async function stopRecording(stream) {
  /** @type {{ recordings: import("./types.ts").Recording[] }} */
  const { recordings } = await request("recordings");
  const recording = recordings.find((recording) => recording.stream === stream);
  if (recording) await request(`recordings/${recording.id}`, { method: "DELETE" });
}

/**
 * Whether the server accepts this token.
 *
 * @param {string} candidate
 * @returns {Promise<boolean>}
 */
export async function isTokenRight(candidate) {
  try {
    await request("token", { method: "POST" }, candidate);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return false;
    throw error;
  }
}
