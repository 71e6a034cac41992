/**
 * Security headers, which every answer has.
 *
 * @module
 */

/**
 * The headers that an answer has unless its route says otherwise: no browser guesses its type, keeps
 * it, shows it in a frame, runs anything in it, or hands it to a page of another site.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** What pages of all sites may have: streams, and why they cannot have them. */
export const FOR_ALL_SITES: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "cross-origin-resource-policy": "cross-origin",
};
