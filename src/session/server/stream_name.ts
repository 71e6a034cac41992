/**
 * Names of apps and streams, which may have a query.
 *
 * @module
 */

import { RtmpLimitError } from "../../errors.ts";

/** A name and the parameters of its query. */
export interface ParsedName {
  name: string;
  params: URLSearchParams;
}

/**
 * Separates the query from an app, a stream's name or a URL: `demo?key=secret` is `demo` with one
 * parameter.
 *
 * @param maxLength The longest text that is accepted, in characters.
 * @throws {RtmpLimitError} If the text is longer.
 */
export function parseName(text: string, maxLength: number): ParsedName {
  if (text.length > maxLength) {
    throw new RtmpLimitError("Cannot take a name of this length", {
      read: `${text.length} characters`,
      expected: `at most ${maxLength}`,
    });
  }
  const mark = text.indexOf("?");
  return {
    name: mark < 0 ? text : text.slice(0, mark),
    params: new URLSearchParams(mark < 0 ? "" : text.slice(mark + 1)),
  };
}
