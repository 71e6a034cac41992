/**
 * Safe file names for the names and paths of streams.
 *
 * @module
 */

/** The longest encoded name before it is cut and gets a hash, in bytes. */
const MAX_FILE_NAME_BYTES = 180;

/**
 * A name as one segment of a file's path. Letters, digits, `-`, `_` and inner dots stay, and all
 * other bytes are percent-encoded. Two names never have the same file, and none leaves its
 * directory.
 */
export function safeFileName(name: string): string {
  return shorten(encode(name), name);
}

/** A whole path as one such segment: slashes become `+`, which no encoded name contains. */
export function safePathName(path: string): string {
  return shorten(path.split("/").map(encode).join("+"), path);
}

function encode(name: string): string {
  const safe = Array.from(new TextEncoder().encode(name), (byte, i) => {
    const character = String.fromCharCode(byte);
    // A leading dot hides a file, and a leading dash makes it an option of a command.
    const plain = /[A-Za-z0-9_]/.test(character) || (/[.-]/.test(character) && i > 0);
    return plain ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
  // An empty name becomes a lone `%`, which no encoded name can be.
  return safe === "" ? "%" : safe;
}

function shorten(safe: string, name: string): string {
  return safe.length <= MAX_FILE_NAME_BYTES
    ? safe
    : `${safe.slice(0, MAX_FILE_NAME_BYTES)}~${hash(name)}`;
}

/** FNV-1a over UTF-16, 32 bits: distinguishes names that were cut. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return value.toString(16).padStart(8, "0");
}
