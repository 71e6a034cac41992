// @ts-check
/**
 * Formats of numbers for people.
 *
 * @module
 */

const whole = new Intl.NumberFormat("en");
const plural = new Intl.PluralRules("en");

/**
 * A count with separated thousands.
 *
 * @param {number} value
 * @returns {string}
 */
export function count(value) {
  return whole.format(value);
}

/**
 * A count with its noun.
 *
 * @param {number} value
 * @param {string} noun
 * @returns {string}
 */
export function counted(value, noun) {
  return `${count(value)} ${noun}${plural.select(value) === "one" ? "" : "s"}`;
}

/**
 * A bitrate with a suitable unit.
 *
 * @param {number} bits
 * @returns {string}
 */
export function bitrate(bits) {
  if (bits >= 1e6) return `${(bits / 1e6).toFixed(bits >= 1e8 ? 0 : bits >= 1e7 ? 1 : 2)} Mbit/s`;
  return `${Math.round(bits / 1e3)} kbit/s`;
}

/**
 * A size with a suitable unit.
 *
 * @param {number} bytes
 * @returns {string}
 */
export function size(bytes) {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${Math.round(bytes / 1e3)} kB`;
}

/**
 * A duration as hours, minutes and seconds.
 *
 * @param {number} milliseconds
 * @returns {string}
 */
export function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [hours = 0, ...rest] = parts;
  const clock = rest.map((part) => String(part).padStart(2, "0")).join(":");
  return hours > 0 ? `${hours}:${clock}` : clock;
}
