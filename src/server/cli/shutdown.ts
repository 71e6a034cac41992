/**
 * The shutdown of the program, after a signal or at the end of `--output`.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { errorMessage } from "../../error_message.ts";
import type { Running } from "./running.ts";
import { after } from "../../time/idle.ts";

/** Time limit for a shutdown, after which the process exits, in milliseconds. */
export const SHUTDOWN_TIMEOUT = 10_000;

/**
 * The time from which a second signal ends the process at once, in milliseconds. An earlier one is
 * the same Ctrl-C: under `deno task` it arrives twice.
 */
const SECOND_SIGNAL_DELAY = 500;

/** The exit code of a program that Ctrl-C has ended at once. */
const INTERRUPTED = 130;

/** The signal of a closed terminal, which may arrive several times. */
const HANGUP = "SIGHUP";

const SIGNALS: Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", HANGUP];

const log = getLogger(["sluice", "server"]);

/** Shuts the server down at the first signal, with exit code 0; exits at once at a later one. */
export function shutDownOnSignal(app: Running, shutdownTimeout: number): void {
  let first: number | undefined;
  const end = (signal: Deno.Signal) => {
    if (first === undefined) {
      first = performance.now();
      log.info("Shutting down: notifying publishers, finishing recordings");
      void shutDown(app, 0, shutdownTimeout);
    } else if (signal !== HANGUP && performance.now() - first > SECOND_SIGNAL_DELAY) {
      Deno.exit(INTERRUPTED);
    }
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, () => end(signal));
}

/** Shuts the server down when `--output` is complete or has failed. */
export function shutDownAfterOutput(app: Running, shutdownTimeout: number): void {
  app.output?.then(() => shutDown(app, 0, shutdownTimeout), (error: Error) => {
    log.error("{error}", { error: error.message });
    return shutDown(app, 1, shutdownTimeout);
  });
}

async function shutDown(app: Running, code: number, shutdownTimeout: number): Promise<void> {
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
