/**
 * Opening what the server needs; what goes wrong is said in the words of the command line.
 *
 * @module
 */

import { errorMessage } from "../../error_message.ts";
import { StartError } from "./start_error.ts";

/** Ports below this one are the system's. */
const FIRST_FREE_PORT = 1024;

/**
 * Opens something.
 *
 * @param what What cannot be done if it fails, as "record into DIR".
 * @throws {StartError} If it cannot.
 */
export async function openAtStart<T>(what: string, open: () => T | Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (cause) {
    throw new StartError(`Cannot ${what}: ${errorMessage(cause)}`, { cause });
  }
}

/** Where something is to listen, and the flags that say so. */
export interface Endpoint {
  protocol: string;
  /** As `--host`. */
  hostFlag: string;
  host: string;
  /** As `--port`. */
  portFlag: string;
  port: number;
}

/**
 * Starts to listen.
 *
 * @throws {StartError} If it cannot; it names the flag that has to change.
 */
export async function listenAtStart<T>(
  endpoint: Endpoint,
  start: () => T | Promise<T>,
): Promise<T> {
  const { protocol, host, port } = endpoint;
  return await openAtStart(`listen for ${protocol} on ${host}:${port}`, async () => {
    try {
      return await start();
    } catch (cause) {
      throw new Error(listenError(cause, endpoint), { cause });
    }
  });
}

function listenError(cause: unknown, { hostFlag, portFlag, port }: Endpoint): string {
  if (cause instanceof Deno.errors.AddrInUse) {
    return `the port is taken, choose another with ${portFlag}`;
  }
  if (cause instanceof Deno.errors.PermissionDenied && port < FIRST_FREE_PORT) {
    return `ports below ${FIRST_FREE_PORT} are for root, choose another with ${portFlag}`;
  }
  if (cause instanceof Deno.errors.AddrNotAvailable) {
    return `this machine does not have the address, choose another with ${hostFlag}`;
  }
  return errorMessage(cause);
}
