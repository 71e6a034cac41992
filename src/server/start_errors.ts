/**
 * What can go wrong at the start, in the words of the command line.
 *
 * @module
 */

import { errorMessage } from "../error_message.ts";
import { ConfigError } from "./config.ts";

/**
 * Opens something; a missing permission is told with the flags that give it.
 *
 * @param what What cannot be done if it fails, as "record into DIR".
 * @throws {ConfigError} If it cannot.
 */
export async function opening<T>(
  what: string,
  flags: string,
  open: () => T | Promise<T>,
): Promise<T> {
  try {
    return await open();
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotCapable
      ? `a permission is missing, start with ${flags}`
      : errorMessage(cause);
    throw new ConfigError(`Cannot ${what}: ${why}`, { cause });
  }
}

/** Where something is to listen, and the flag that says so. */
export interface Place {
  protocol: string;
  flag: string;
  host: string;
  port: number;
}

/**
 * Starts to listen; a port that is taken is told with the flag that chooses another.
 *
 * @throws {ConfigError} If it cannot.
 */
export async function listening<T>(
  { protocol, flag, host, port }: Place,
  start: () => T | Promise<T>,
): Promise<T> {
  return await opening(`listen for ${protocol} on ${host}:${port}`, "--allow-net", async () => {
    try {
      return await start();
    } catch (cause) {
      const isTaken = cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
      if (!isTaken) throw cause;
      throw new Error(`the port is taken, choose another with ${flag}`, { cause });
    }
  });
}
