/**
 * How the server ends: by a signal, or with what `--output` has written.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { errorMessage } from "../../error_message.ts";
import type { Running } from "./running.ts";
import { after } from "../../time/idle.ts";

/** How long a shutdown may take before the process exits all the same, in milliseconds. */
export const SHUTDOWN_TIMEOUT = 10_000;

/**
 * A signal again this long after the first is a person's impatience, in milliseconds. Before that it
 * is the same Ctrl-C once more: under `deno task` it arrives twice.
 */
const IMPATIENCE = 500;

/** What a shell expects of a program that Ctrl-C has ended by force. */
const INTERRUPTED = 130;

/** The terminal was closed, which many tell us in turn. */
const HANGUP = "SIGHUP";

const SIGNALS: Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", HANGUP];

const log = getLogger(["sluice", "server"]);

/** Ends the server with 0 at the first signal, and at once at a later one. */
export function endOnSignal(app: Running, shutdownTimeout: number): void {
  let first: number | undefined;
  const end = (signal: Deno.Signal) => {
    if (first === undefined) {
      first = performance.now();
      log.info("Shutting down: notifying publishers, finishing recordings");
      void endApp(app, 0, shutdownTimeout);
    } else if (signal !== HANGUP && performance.now() - first > IMPATIENCE) {
      Deno.exit(INTERRUPTED);
    }
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, () => end(signal));
}

/** Ends the server when `--output` has what it is for, or cannot be written to. */
export function endWithOutput(app: Running, shutdownTimeout: number): void {
  app.output?.then(() => endApp(app, 0, shutdownTimeout), (error: Error) => {
    log.error("{error}", { error: error.message });
    return endApp(app, 1, shutdownTimeout);
  });
}

async function endApp(app: Running, code: number, shutdownTimeout: number): Promise<void> {
  after(shutdownTimeout, () => {
    log.error("Shutdown timed out after {seconds} s", { seconds: shutdownTimeout / 1000 });
    Deno.exit(1);
  });
  try {
    await app.shutdown();
  } catch (error) {
    log.error("Shutdown failed: {error}", { error: errorMessage(error) });
    Deno.exit(1);
  }
  Deno.exit(code);
}
