/**
 * A live stream sent on to another server.
 *
 * @module
 */

import { errorMessage } from "../../error_message.ts";
import { getLogger } from "@logtape/logtape";
import { publishRtmp } from "../../client/publish.ts";
import type { Publication } from "../../publication/publication.ts";
import type { ConsumerLedger } from "../../ledger/consumer_ledger.ts";
import { RtmpCommandError } from "../../errors.ts";
import { StatusCode } from "../../session/status.ts";
import { Attempts, isLoop, pause } from "./attempts.ts";
import type { StreamRegistry } from "../streams/stream_registry.ts";
import type { KnownPush, Loops } from "./loops.ts";
import type { RelayUrl } from "./relay_url.ts";
import { lagLog } from "../streams/viewer_log.ts";

/** What a push is doing: waiting for the stream, sending it, or waiting to try again. */
export type PushState = "waiting" | "connecting" | "live" | "retrying" | "ended";

const log = getLogger(["sluice", "push"]);

/** What all pushes of a server have in common. */
export interface PushOptions {
  /** Finds streams that come back. */
  loops: Loops;
  /** How long another server may take nothing, in milliseconds. */
  idleTimeout: number;
}

/** What a connection ends with whose stream now comes by a way that the other server must know. */
const REROUTED = new Error("The stream comes by another way");

/** Sends a stream on whenever it is live, and connects again when that fails. */
export class Push implements KnownPush {
  /** Tells this push from others. */
  readonly id: string = crypto.randomUUID();
  /** The path of the stream. */
  readonly stream: string;
  /** Where to, without what may be secret in it. */
  readonly target: string;
  /** Resolves when it has ended. */
  readonly done: Promise<void>;
  readonly #url: RelayUrl;
  readonly #options: PushOptions;
  readonly #attempts = new Attempts();
  readonly #stopped = new AbortController();
  /** Ends the connection that there is, with what it then fails with. */
  #connection = new AbortController();
  /** The relays that the other server has been told of. */
  #via: readonly string[] = [];
  /** Ends the wait after a loop. */
  #goOn: (() => void) | undefined;
  #state: PushState = "waiting";
  #lastError: string | undefined;
  #ledger: ConsumerLedger | undefined;

  /**
   * Begins.
   *
   * @param stream The path of the stream.
   * @param url Where to.
   */
  constructor(streams: StreamRegistry, stream: string, url: RelayUrl, options: PushOptions) {
    this.stream = stream;
    this.#options = options;
    this.#url = url;
    this.target = this.#url.shown;
    const forget = options.loops.addPush(this);
    this.done = this.#run(streams).finally(forget);
  }

  /** Where it leads, without a port. */
  get host(): string {
    return this.#url.hostname;
  }

  /** Whether it is connected. */
  get isLive(): boolean {
    return this.#state === "live";
  }

  /** Its stream has come back. If that was for certain by this push, it is set aside. */
  cameBack(description: string, isCertain: boolean): void {
    const error = new RtmpCommandError(`Cannot push to ${this.target}`, {
      read: description,
      statusCode: StatusCode.PublishLoop,
    });
    if (isCertain) this.#connection.abort(error);
    else this.#lastError = this.#url.redact(error.message);
  }

  /**
   * Its stream is published again. If the last publication came back, this one may not. If it has
   * passed other relays than the push has announced, it needs another connection.
   */
  published({ via }: Publication): void {
    this.#goOn?.();
    if (via.some((id) => !this.#via.includes(id))) this.#connection.abort(REROUTED);
  }

  /** Ends it, and the publication on the other server with it. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.done;
  }

  /** The push as the API shows it. */
  toJSON(): Record<string, unknown> {
    return {
      id: this.id,
      stream: this.stream,
      target: this.target,
      state: this.#state,
      failures: this.#attempts.failures,
      lastError: this.#lastError ?? null,
      ledger: this.#ledger ?? null,
    };
  }

  async #run(streams: StreamRegistry): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        this.#connection = new AbortController();
        await this.#send(streams, AbortSignal.any([signal, this.#connection.signal]));
      } catch (error) {
        if (signal.aborted) break;
        if (error !== REROUTED) await this.#retry(error, signal);
      }
    }
    this.#state = "ended";
  }

  /** Waits for the stream and sends it until it ends. */
  async #send(streams: StreamRegistry, signal: AbortSignal): Promise<void> {
    this.#state = "waiting";
    const subscription = streams.subscribe(this.stream, {
      kind: "push",
      mode: "live",
      address: this.target,
      onLag: lagLog({ remoteAddr: this.target, path: this.stream }, "push"),
      survivesPublication: true,
      filter: this.#options.loops.noteSent(this.stream),
    });
    const leave = () => void subscription.tags.cancel().catch(() => {});
    signal.addEventListener("abort", leave);
    try {
      this.#ledger = subscription.ledger;
      await Promise.race([subscription.started, subscription.done]);
      if (signal.aborted) return;
      this.#state = "connecting";
      const { loops, idleTimeout } = this.#options;
      this.#via = [...loops.passedBy(this.stream), this.id];
      const { writable } = await publishRtmp(this.#url.href, {
        ...this.#url.options,
        via: this.#via,
        idleTimeout,
        signal,
      });
      this.#state = "live";
      log.info("Pushing {path} to {target}", { path: this.stream, target: this.target });
      const since = performance.now();
      try {
        await subscription.tags.pipeTo(writable, { signal });
      } finally {
        this.#attempts.held(performance.now() - since);
      }
      log.info("{path} has ended, and its push to {target} with it", {
        path: this.stream,
        target: this.target,
      });
    } finally {
      signal.removeEventListener("abort", leave);
      if (!subscription.tags.locked) leave();
    }
  }

  async #retry(error: unknown, signal: AbortSignal): Promise<void> {
    this.#state = "retrying";
    const text = this.#lastError = this.#url.redact(errorMessage(error));
    const wait = this.#attempts.failed(error);
    const level = this.#attempts.isNews(error, text) ? "warn" : "debug";
    log[level]("Cannot push {path} to {target}: {error}; retrying in {seconds} s", {
      path: this.stream,
      target: this.target,
      error: text,
      seconds: (wait / 1000).toFixed(1),
    });
    const goOn = new AbortController();
    if (isLoop(error)) this.#goOn = () => goOn.abort();
    await pause(wait, AbortSignal.any([signal, goOn.signal]));
    this.#goOn = undefined;
  }
}
