/**
 * The parser of the command line: the given flags and their texts.
 *
 * @module
 */

import { denoCommand } from "./deno_command.ts";
import type { Flag } from "./flag.ts";
import { type FlagName, FLAGS } from "./flags.ts";
import { nearest } from "./nearest.ts";
import { ConfigError } from "./start_error.ts";
import { quoted } from "./values.ts";

/** Flags of Deno, which users sometimes write after the program. */
const DENO_FLAG = /^(--(allow|deny)-[a-z]+|--no-prompt|-A)(=|$)/;

/** The texts of each flag that was given; a switch has an empty one. */
export type GivenFlags = Map<FlagName, string[]>;

/**
 * Parses the arguments: `--port 1935`, `--port=1935`, `--json`, `-h`.
 *
 * @throws {ConfigError} If one is unknown, or lacks its value.
 */
export function parseArguments(args: string[]): GivenFlags {
  const given: GivenFlags = new Map();
  const rest = args.values();
  for (const arg of rest) {
    const [flag = "", ...more] = arg === "-h" ? ["--help"] : arg.split("=");
    const name = flag.slice(2);
    if (!flag.startsWith("--") || !isFlagName(name)) throw unknown(arg);
    const text = more.length > 0 ? more.join("=") : undefined;
    given.set(name, [...given.get(name) ?? [], textOf(name, text, rest)]);
  }
  return given;
}

/** The text of a flag: the part after its `=`, or the next argument. */
function textOf(name: FlagName, text: string | undefined, rest: Iterator<string>): string {
  const { placeholder }: Flag = FLAGS[name];
  if (placeholder === undefined) {
    if (text !== undefined) throw new ConfigError(`--${name} takes no value; see --help`);
    return "";
  }
  const value = text ?? rest.next().value;
  if (value === undefined || (text === undefined && value.startsWith("--"))) {
    throw new ConfigError(`--${name} needs a value: --${name} ${placeholder}; see --help`);
  }
  return value;
}

function unknown(arg: string): ConfigError {
  const [flag = ""] = arg.split("=");
  if (DENO_FLAG.test(arg)) {
    return new ConfigError(
      `${flag} is a flag of Deno, which stands before the program: ${denoCommand([arg])}`,
    );
  }
  if (!arg.startsWith("-")) {
    // The part after a scheme may contain a key.
    const shown = flag.replace(/:\/\/.*/s, "://…");
    return new ConfigError(`Unexpected argument ${quoted(shown)}; see --help`);
  }
  const meant = nearest(flag.replace(/^-+/, ""), Object.keys(FLAGS));
  const hint = meant === undefined ? "; see --help" : `; did you mean --${meant}? See --help`;
  return new ConfigError(`Unknown flag ${quoted(flag)}${hint}`);
}

function isFlagName(name: string): name is FlagName {
  return Object.hasOwn(FLAGS, name);
}
