/**
 * The errors that prevent a start.
 *
 * @module
 */

/** An error that prevents the start. Its message is one sentence for the operator. */
export class StartError extends Error {
  /** The exit code of the process. */
  readonly exitCode: number = 1;
}

/** An error in the command line. */
export class ConfigError extends StartError {
  override readonly exitCode = 2;
}
