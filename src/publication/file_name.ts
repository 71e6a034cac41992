/**
 * File names made of the names and paths of streams.
 *
 * @module
 */

/** The longest part of a file name that is made of a stream's name, in bytes. */
const MAX_FILE_NAME_BYTES = 180;

/**
 * A name as one part of a file's path: letters, digits, `-`, `_` and inner dots stay, everything
 * else is percent-encoded, so that two names never meet and none climbs out of its directory.
 */
export function safeFileName(name: string): string {
  return shorten(encode(name), name);
}

/** A whole path as one such part: its slashes are `+`, which nothing else is. */
export function safePathName(path: string): string {
  return shorten(path.split("/").map(encode).join("+"), path);
}

function encode(name: string): string {
  const safe = Array.from(new TextEncoder().encode(name), (byte, i) => {
    const character = String.fromCharCode(byte);
    // At the beginning a dot hides a file, and a dash makes it an option of the next command.
    const plain = /[A-Za-z0-9_]/.test(character) || (/[.-]/.test(character) && i > 0);
    return plain ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
  // What is empty is a sign that stands alone nowhere else.
  return safe === "" ? "%" : safe;
}

function shorten(safe: string, name: string): string {
  return safe.length <= MAX_FILE_NAME_BYTES
    ? safe
    : `${safe.slice(0, MAX_FILE_NAME_BYTES)}~${hash(name)}`;
}

/** FNV-1a over UTF-16, 32 bits: tells names apart that were cut. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return value.toString(16).padStart(8, "0");
}
