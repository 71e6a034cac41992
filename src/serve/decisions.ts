/**
 * The decisions of the application: who may publish and play, what is played, who gets a name.
 *
 * Every decision fails closed. An answer of the wrong type, an error and a timeout are refusals, and
 * are reported to `onError`.
 *
 * @module
 */

import { RtmpTimeoutError } from "../errors.ts";
import { plainText } from "../plain_text.ts";
import type { PlaySource } from "../session/server/player.ts";
import type { TagFilter } from "../session/server/player_filter.ts";
import type { Publication, StreamRequest } from "../publication/publication.ts";
import type { Refusal } from "../publication/refusal.ts";
import { StatusCode } from "../session/status.ts";
import type { ErrorReport } from "./error_report.ts";
import type { ErrorContext, RtmpConnection, ServeRtmpOptions } from "./types.ts";
import { after } from "../time/idle.ts";

/** The options that decide something. */
export type DecisionOptions = Pick<
  ServeRtmpOptions,
  "authorize" | "authorizeTimeout" | "onRelease" | "password" | "play" | "takeOver"
>;

/** The refusal for a peer if the answer is invalid; only `onError` gets the reason. */
const UNDECIDED = "The server could not decide";

/** The refusal for a peer if there is no answer in time. */
const TIMED_OUT = "The server could not decide in time";

/** The longest part of a code that is kept, in characters; known codes have about 40. */
const MAX_CODE_LENGTH = 128;

/** The default of `authorizeTimeout`, in milliseconds. */
const DEFAULT_DECISION_TIMEOUT = 10_000;

/** A question to the application, and how to handle its answer. */
interface Question<T> {
  /** Asks the application. */
  ask: () => unknown;
  /** Checks the answer; throws a TypeError if it is invalid. */
  read: (answer: unknown) => T;
  /** The code for the peer if there is no answer; the usual code of a refusal by default. */
  code?: string;
  /** Releases a valid answer that arrived after the timeout. */
  releaseLate?: (answer: T) => unknown;
}

/** Asks the application. No method throws or rejects. */
export class Decisions {
  readonly #options: DecisionOptions;
  readonly #errors: Pick<ErrorReport, "report" | "notify">;
  /** Callbacks that end the wait of each pending question. */
  readonly #pending = new Set<() => void>();
  #ended = false;

  constructor(options: DecisionOptions, errors: Pick<ErrorReport, "report" | "notify">) {
    this.#options = options;
    this.#errors = errors;
  }

  /** Decides whether a stream may be published or played. Returns a refusal, or nothing. */
  async authorize(request: StreamRequest): Promise<Refusal | undefined> {
    const { authorize } = this.#options;
    if (authorize === undefined) return undefined;
    const answer = await this.#decide({ during: "authorize", request }, {
      ask: () => authorize(request),
      read: readAuthorization,
      releaseLate: (late) => late === true && this.release(request),
    });
    return answer === true ? undefined : answer;
  }

  /** Notifies the application that a request which `authorize` has allowed does not begin. */
  release(request: StreamRequest): void {
    const { authorize, onRelease } = this.#options;
    if (authorize && onRelease) this.#errors.notify("onRelease", () => onRelease(request));
  }

  /** The source of tags for a player, or a refusal. */
  async play(
    request: StreamRequest,
    filter: TagFilter,
    connection: RtmpConnection,
  ): Promise<PlaySource | Refusal> {
    const { play } = this.#options;
    if (play === undefined) return { description: "This server has nothing to play" };
    return await this.#decide({ during: "play", request }, {
      ask: () => play(request, filter, connection),
      read: readPlaySource,
      code: StatusCode.PlayFailed,
      releaseLate: (late) =>
        "tags" in late && this.#errors.notify("play", () => late.tags.cancel()),
    });
  }

  /** The password of a user, `undefined` for an unknown user, or a refusal. */
  async password(user: string): Promise<string | undefined | Refusal> {
    const { password } = this.#options;
    return await this.#decide({ during: "password" }, {
      ask: () => password!(user),
      read: readPassword,
    });
  }

  /** Whether a newcomer takes over a name; `undefined` if the default rules decide. */
  takesOver(holder: Publication, newcomer: StreamRequest): boolean | undefined {
    const { takeOver } = this.#options;
    if (takeOver === undefined) return undefined;
    const context: ErrorContext = { during: "takeOver", request: newcomer, publication: holder };
    try {
      const answer: unknown = takeOver(holder, newcomer);
      if (typeof answer === "boolean") return answer;
      // A promise is not a valid answer, and must not cause an unhandled rejection.
      Promise.resolve(answer).catch((error) => this.#errors.report(error, context));
      throw new TypeError(`Cannot decide by ${describe(answer)}: expected true or false`);
    } catch (error) {
      this.#errors.report(error, context);
      return false;
    }
  }

  /** Stops waiting for answers: pending and later questions are refused. */
  end(): void {
    this.#ended = true;
    for (const end of this.#pending) end();
  }

  async #decide<T>(context: ErrorContext, question: Question<T>): Promise<T | Refusal> {
    const { ask, read, code, releaseLate } = question;
    const refusal = (description: string): Refusal =>
      code ? { code, description } : { description };
    if (this.#ended) return refusal(TIMED_OUT);
    const { authorizeTimeout = DEFAULT_DECISION_TIMEOUT } = this.#options;
    const answered = (async () => read(await ask()))();
    let end!: () => void;
    const late = new Promise<undefined>((resolve) => end = () => resolve(undefined));
    const stop = after(authorizeTimeout, end);
    this.#pending.add(end);
    try {
      const answer = await Promise.race([answered.then((answer) => ({ answer })), late]);
      if (answer) return answer.answer;
    } catch (error) {
      this.#errors.report(error, context);
      return refusal(UNDECIDED);
    } finally {
      stop();
      this.#pending.delete(end);
    }
    // After a shutdown, the application need not be told that it has not answered.
    if (!this.#ended) this.#errors.report(decisionTimeout(context, authorizeTimeout), context);
    answered.then(releaseLate, (error) => this.#errors.report(error, context));
    return refusal(TIMED_OUT);
  }
}

function decisionTimeout({ during }: ErrorContext, timeout: number): RtmpTimeoutError {
  return new RtmpTimeoutError(`Cannot wait any longer for the answer of ${during}`, {
    read: `nothing for ${timeout / 1000} s`,
  });
}

function readAuthorization(answer: unknown): true | Refusal {
  if (answer === true) return true;
  return readRefusal(answer) ?? expected("true or { description: string, code?: string }", answer);
}

function readPlaySource(answer: unknown): PlaySource | Refusal {
  const { tags } = Object(answer) as Partial<PlaySource>;
  if (typeof tags?.getReader !== "function") {
    return readRefusal(answer) ?? expected("{ tags: ReadableStream } or a refusal", answer);
  }
  if (tags.locked) throw new TypeError("Cannot play tags that have a reader already");
  return answer as PlaySource;
}

function readPassword(answer: unknown): string | undefined {
  if (answer === undefined || typeof answer === "string") return answer;
  return expected("a string, or undefined for an unknown user", answer);
}

/** A refusal as the peer gets it. It is read once, since the application's object may change. */
function readRefusal(answer: unknown): Refusal | undefined {
  if (typeof answer !== "object" || answer === null) return undefined;
  const { code, description } = answer as Partial<Refusal>;
  if (typeof description !== "string") return undefined;
  const plain = { description: plainText(description) };
  if (code === undefined || code === "") return plain;
  return typeof code === "string"
    ? { code: plainText(code, MAX_CODE_LENGTH), ...plain }
    : undefined;
}

function expected(what: string, answer: unknown): never {
  throw new TypeError(`Cannot decide by ${describe(answer)}: expected ${what}`);
}

/** The kind of a value; its content may be secret. */
function describe(value: unknown): string {
  if (value === null || value === undefined || value === false) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  return Array.isArray(value) ? "an array" : "an object";
}
