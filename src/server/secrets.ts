/**
 * Keys, tokens and passwords: compared, and kept out of what is shown.
 *
 * @module
 */

import { createHash, timingSafeEqual } from "node:crypto";

/** Compares in a time that tells nothing of where two secrets differ. */
export function isSameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/**
 * A URL without what may be secret in it: user, password and parameters.
 *
 * @throws {TypeError} If it is none.
 */
export function withoutSecrets(text: string): string {
  const url = new URL(text);
  url.username = url.password = url.search = "";
  return url.href;
}
