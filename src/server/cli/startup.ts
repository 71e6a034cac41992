/**
 * Steps of the start whose errors name the flag to change.
 *
 * @module
 */

import { errorMessage } from "../../error_message.ts";
import { StartError } from "./start_error.ts";

/** The first port that needs no privileges. */
const FIRST_FREE_PORT = 1024;

/**
 * Runs a step of the start.
 *
 * @param what The step, for the error, as "record into DIR".
 * @throws {StartError} If the step fails.
 */
export async function openAtStart<T>(what: string, open: () => T | Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (cause) {
    throw new StartError(`Cannot ${what}: ${errorMessage(cause)}`, { cause });
  }
}

/** The address of a listener, and the flags that set it. */
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
 * Starts a listener.
 *
 * @throws {StartError} If it cannot listen; the message names the flag to change.
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
