/**
 * Secrets in environment variables, which no list of processes shows. A variable is read only if Deno
 * permits it already: a prompt would stop the start on a terminal.
 *
 * @module
 */

import { denoCommand } from "./deno_command.ts";
import type { FlagName } from "./flags.ts";
import { ConfigError } from "./start_error.ts";

/** The value of a flag that reads it from its variable. */
export const FROM_VARIABLE = "env";

/** The variable of a flag, as `SLUICE_STREAM_KEY` of `stream-key`. */
export function variableOf(flag: FlagName): string {
  return `SLUICE_${flag.toUpperCase().replaceAll("-", "_")}`;
}

/** The flag of Deno that permits to read some variables. */
export function permissionFor(variables: string[]): string {
  return `--allow-env=${variables.join(",")}`;
}

/** Whether Deno permits to read a variable. */
export function isReadable(variable: string): boolean {
  return Deno.permissions.querySync({ name: "env", variable }).state === "granted";
}

/**
 * The variable's text for a flag that was given as `env`.
 *
 * @throws {ConfigError} If it cannot be read, is not set, or is empty: the operator relies on it.
 */
export function requireVariable(flag: FlagName): string {
  const variable = variableOf(flag);
  if (!isReadable(variable)) {
    throw new ConfigError(
      `--${flag} ${FROM_VARIABLE} cannot read ${variable}: Deno does not permit it; ` +
        `start with ${denoCommand([permissionFor([variable])])}`,
    );
  }
  const text = Deno.env.get(variable);
  if (text === undefined || text.trim() === "") {
    const state = text === undefined ? "not set" : "empty";
    throw new ConfigError(`--${flag} ${FROM_VARIABLE} cannot use ${variable}: it is ${state}`);
  }
  return text;
}
