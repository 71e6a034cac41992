/**
 * Reports of errors of the application's own code: in the log, and to its `onError`.
 *
 * @module
 */

import { errorText } from "../error_message.ts";
import { isResetByClient } from "../net/accept.ts";
import { libraryLogger } from "./logger.ts";
import { LogThrottle } from "../time/log_throttle.ts";
import type { ErrorContext, ServeRtmpOptions } from "./types.ts";

const log = libraryLogger(["sluice", "rtmp"]);

/** Reports errors of the application. No method throws, whatever the application does. */
export class ErrorReport {
  readonly #options: Pick<ServeRtmpOptions, "onError" | "onAcceptError">;
  readonly #failedAccepts = new LogThrottle();

  /** @param options The callbacks of the application. */
  constructor(options: Pick<ServeRtmpOptions, "onError" | "onAcceptError">) {
    this.#options = options;
  }

  /** Reports an error that an option or the handler threw or rejected with. */
  report(error: unknown, context: ErrorContext): void {
    const { during, request, publication } = context;
    const path = publication?.path ?? request?.path;
    const facts = {
      connection: publication?.connection ?? request?.connection,
      publication: publication?.id,
      ...path !== undefined && { path },
      error: errorText(error),
    };
    if (during === "handler") log.error("The handler of {path} failed: {error}", facts);
    else if (path === undefined) log.error(`${during} failed: {error}`, facts);
    else log.error(`${during} failed for {path}: {error}`, facts);
    const { onError } = this.#options;
    if (!onError) return printError(error, context);
    this.notify("onError", () => onError(error, context), () => printError(error, context));
  }

  /** Reports a connection that could not be accepted. */
  acceptFailed(error: unknown): void {
    const text = "Cannot take in a connection: {error}";
    const facts = { error: errorText(error) };
    // A client that resets its own connection is not an error of the server.
    if (isResetByClient(error)) log.debug(text, facts);
    else {
      const count = this.#failedAccepts.add();
      if (count) log.warn(`${text} ({count} since the last report)`, { ...facts, count });
    }
    const { onAcceptError } = this.#options;
    if (onAcceptError) this.notify("onAcceptError", () => onAcceptError(error));
  }

  /**
   * Calls a callback of the application, which may be async. Its error is logged and printed.
   *
   * @param failed Called after an error.
   */
  notify(name: string, callback: () => unknown, failed: () => void = () => {}): void {
    const complain = (error: unknown) => {
      log.error(`${name} failed: {error}`, { error: errorText(error) });
      print(name, error);
      failed();
    };
    try {
      Promise.resolve(callback()).catch(complain);
    } catch (error) {
      complain(error);
    }
  }
}

/** Prints an error, for an application that has neither a log nor `onError`. */
function printError(error: unknown, { during, request, publication }: ErrorContext): void {
  const path = publication?.path ?? request?.path;
  const where = path === undefined ? "" : JSON.stringify(path);
  print(
    during === "handler" ? `The handler of ${where}` : `${during}${where && ` for ${where}`}`,
    error,
  );
}

function print(what: string, error: unknown): void {
  // deno-lint-ignore no-console
  console.error(`${what} failed:`, error);
}
