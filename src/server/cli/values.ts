/**
 * Parsers of flag values; their errors are one sentence.
 *
 * @module
 */

import { parseRtmpUrl } from "../../client/url.ts";
import { streamPath } from "../../publication/stream_path.ts";
import type { RelayConfig } from "../relay/relay_config.ts";
import { ConfigError } from "./start_error.ts";

/** A text that is not empty. */
export function notEmpty(text: string, from: string): string {
  if (text === "") throw new ConfigError(`${from} must not be empty`);
  return text;
}

/** A whole number in a range. */
export function integer(
  lowest: number,
  highest: number,
): (text: string, from: string) => number {
  return (text, from) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= lowest && value <= highest) return value;
    throw new ConfigError(
      `${from} must be a whole number from ${lowest} to ${highest}, not ${quoted(text)}`,
    );
  };
}

/** A port; 0 means any free port. */
export const port: (text: string, from: string) => number = integer(0, 65_535);

/** A port, or none. */
export function portOrOff(text: string, from: string): number | "off" {
  return text === "off" ? "off" : port(text, from);
}

/** An app, however its slashes are written. */
export function app(text: string, from: string): string {
  const path = streamPath("", text);
  if ("path" in path) return path.path;
  throw new ConfigError(`${from} must be an app such as live, not ${quoted(text)}`);
}

/** One of a few words. */
export function oneOf<T extends string>(
  choices: readonly T[],
): (text: string, from: string) => T {
  return (text, from) => {
    const choice = choices.find((choice) => choice === text);
    if (choice) return choice;
    throw new ConfigError(`${from} must be one of ${choices.join(", ")}, not ${quoted(text)}`);
  };
}

/**
 * A stream and a URL, as `live/demo=rtmp://host/app/name`. The URL is in no message: it has a key.
 */
export function relay(text: string, from: string): RelayConfig {
  const [, stream, url] = /^([^=]*)=(rtmps?:\/\/.+)$/i.exec(text) ?? [];
  const path = streamPath("", stream ?? "");
  if (!url || "description" in path) {
    throw new ConfigError(`${from} must be as live/demo=rtmp://host/app/name`);
  }
  try {
    parseRtmpUrl(url);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ConfigError(`${from}: ${error.message}`, { cause: error });
  }
  return { stream: path.path, url };
}

/** A text for a message, on one line. */
export function quoted(text: string): string {
  return /^[\w.:-]+$/.test(text) ? text : JSON.stringify(text);
}
