/**
 * The text of `--help`, made from the table of flags.
 *
 * @module
 */

import { VERSION } from "../../version.ts";
import { type Flag, TOPICS } from "./flag.ts";
import { FLAGS } from "./flags.ts";

/** The width of a terminal, in columns. */
const WIDTH = 80;

/** The column of the descriptions. */
const TEXT_AT = 27;

const HEAD = `Sluice ${VERSION}: receives live video over RTMP and delivers it to viewers.

Usage: deno run --allow-net jsr:@sluice/rtmp/server [flags]
       deno run --allow-net src/server/main.ts [flags]     in a clone
       deno task start [flags]                             the same, shorter

Permissions of Deno stand before the program, as in
  deno run --allow-net --allow-write=FILE src/server/main.ts --output FILE
and deno task start cannot be given any. Services add --no-prompt.

KEY, TOKEN and STREAM=URL may be the word env: --stream-key env reads the
variable SLUICE_STREAM_KEY, which takes --allow-env=SLUICE_STREAM_KEY.
`;

const FOOT = `
Documentation: https://jsr.io/@sluice/rtmp, and docs/ in a clone.
`;

/** The text of `--help`. */
export const HELP: string = [HEAD, ...Object.keys(TOPICS).map(section), FOOT].join("");

function section(topic: string): string {
  const flags = Object.entries<Flag>(FLAGS).filter(([, flag]) => flag.topic === topic);
  const title = TOPICS[topic as keyof typeof TOPICS];
  return `\n${title}:\n${flags.map(([name, flag]) => entry(name, flag)).join("")}`;
}

/** The entry of a flag, with the description beside it, or below it if the flag is long. */
function entry(name: string, flag: Flag): string {
  const usage = `  ${usageOf(name, flag)}`;
  const lines = wrap(textOf(flag), WIDTH - TEXT_AT);
  const first = usage.length < TEXT_AT ? usage.padEnd(TEXT_AT) + lines.shift() : usage;
  return [first, ...lines.map((line) => " ".repeat(TEXT_AT) + line)].join("\n") + "\n";
}

/** The usage of a flag, as `--port PORT`. */
export function usageOf(name: string, { placeholder }: Flag): string {
  return placeholder === undefined ? `--${name}` : `--${name} ${placeholder}`;
}

function textOf({ help, permissions, repeatable, default: defaultText, otherwise }: Flag): string {
  const value = defaultText ?? otherwise;
  return [
    help,
    repeatable ? "; repeatable" : "",
    value === undefined ? "" : ` (${value})`,
    permissions === undefined ? "" : `; ${permissions}`,
  ].join("");
}

function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line !== "" && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}
