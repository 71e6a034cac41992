/**
 * Why the server does not start, in the words of the command line.
 *
 * @module
 */

/** The server cannot start; the message is one sentence for the operator. */
export class StartError extends Error {
  /** What the process exits with. */
  readonly exitCode: number = 1;
}

/** The command line makes no sense. */
export class ConfigError extends StartError {
  override readonly exitCode = 2;
}
