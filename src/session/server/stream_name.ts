/**
 * The names under which streams are published: `app` and stream name, each with a query perhaps.
 *
 * @module
 */

import { RtmpLimitError } from "../../errors.ts";

/** What stands before a question mark, and the parameters after it. */
export interface ParsedName {
  name: string;
  params: URLSearchParams;
}

/**
 * Takes the query from an app, a stream's name or a URL: `demo?key=secret` is `demo` with one
 * parameter.
 *
 * @param maxLength Characters in all.
 * @throws {RtmpLimitError} If there are more.
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
