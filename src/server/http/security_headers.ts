/**
 * Security headers, which every answer has.
 *
 * @module
 */

/**
 * The headers of an answer unless its route sets others. With them a browser does not guess its type,
 * cache it, show it in a frame, run scripts in it, or give it to a page of another site.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** The headers that let pages of all sites read a response: a stream, or the error instead. */
export const FOR_ALL_SITES: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "cross-origin-resource-policy": "cross-origin",
};
