/**
 * What the application's own code throws: logged, and handed to its `onError`.
 *
 * @module
 */

import { errorText } from "../error_message.ts";
import { isResetByClient } from "../net/accept.ts";
import { libraryLogger } from "./logger.ts";
import { Seldom } from "../time/seldom.ts";
import type { ErrorContext, ServeRtmpOptions } from "./types.ts";

const log = libraryLogger(["sluice", "rtmp"]);

/** Reports errors of the application. Nothing here throws, whatever the application does. */
export class ErrorReport {
  readonly #options: Pick<ServeRtmpOptions, "onError" | "onAcceptError">;
  readonly #failedAccepts = new Seldom();

  /** @param options The callbacks of the application. */
  constructor(options: Pick<ServeRtmpOptions, "onError" | "onAcceptError">) {
    this.#options = options;
  }

  /** Reports what an option or the handler threw or rejected with. */
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
    // What a client has done to its own connection is no fault of the server.
    if (isResetByClient(error)) log.debug(text, facts);
    else {
      const count = this.#failedAccepts.add();
      if (count) log.warn(`${text} ({count} since the last report)`, { ...facts, count });
    }
    const { onAcceptError } = this.#options;
    if (onAcceptError) this.notify("onAcceptError", () => onAcceptError(error));
  }

  /**
   * Calls a callback of the application, which may be async. What it throws is logged and printed.
   *
   * @param failed Called after that.
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

/** An application that has set neither a log nor `onError` sees its errors all the same. */
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
