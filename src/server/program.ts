/**
 * The program: from the command line to a server that runs.
 *
 * @module
 */

import { startApp } from "./app.ts";
import { announce } from "./cli/announcement.ts";
import { readConfig } from "./cli/config.ts";
import { SHUTDOWN_TIMEOUT, shutDownAfterOutput, shutDownOnSignal } from "./cli/shutdown.ts";
import { printLine, startLog } from "./cli/log.ts";
import { StartError } from "./cli/start_error.ts";

/** Options that are not on the command line. */
export interface ProgramOptions {
  /** Time limit for a shutdown, after which the process exits, in milliseconds: 10,000. */
  shutdownTimeout?: number;
}

/**
 * Starts the server; resolves when it listens. If the start fails, it prints one sentence to standard
 * error and exits.
 */
export async function runProgram(
  args: string[],
  { shutdownTimeout = SHUTDOWN_TIMEOUT }: ProgramOptions = {},
): Promise<void> {
  try {
    const config = readConfig(args);
    if ("print" in config) return await print(config.print);
    await startLog(config.logLevel, config.json);
    const app = await startApp(config);
    shutDownOnSignal(app, shutdownTimeout);
    shutDownAfterOutput(app, shutdownTimeout);
    announce(app, config);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    printLine(error.message, { json: args.includes("--json"), level: "error" });
    Deno.exit(error.exitCode);
  }
}

/** Writes to standard output; a reader that closes it early, such as `head`, is no error. */
async function print(text: string): Promise<void> {
  try {
    await new Blob([text]).stream().pipeTo(Deno.stdout.writable, { preventClose: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
