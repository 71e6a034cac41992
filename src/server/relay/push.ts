/**
 * A push: it publishes a live stream to another server.
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
import { isLoop, pause, RetryBackoff } from "./retry_backoff.ts";
import type { StreamRegistry } from "../streams/stream_registry.ts";
import type { LoopDetector, TrackedPush } from "./loop_detector.ts";
import type { RelayUrl } from "./relay_url.ts";
import { lagLog } from "../streams/viewer_log.ts";

/** The state of a push. */
export type PushState = "waiting" | "connecting" | "live" | "retrying" | "ended";

const log = getLogger(["sluice", "push"]);

/** The options that all pushes of a server share. */
export interface PushOptions {
  /** Detects streams that come back. */
  loops: LoopDetector;
  /** How long another server may read nothing, in milliseconds. */
  idleTimeout: number;
}

/** The error that ends a connection whose stream has passed relays that were not announced. */
const REROUTED = new Error("The stream comes by another way");

/** Pushes a stream whenever it is live; reconnects after a failure. */
export class Push implements TrackedPush {
  /** The unique id of this push. */
  readonly id: string = crypto.randomUUID();
  /** The path of the stream. */
  readonly stream: string;
  /** The URL without the parts that may be secret. */
  readonly target: string;
  /** Resolves when it has ended. */
  readonly done: Promise<void>;
  readonly #url: RelayUrl;
  readonly #options: PushOptions;
  readonly #backoff = new RetryBackoff();
  readonly #stopped = new AbortController();
  /** Ends the current connection with an error. */
  #connection = new AbortController();
  /** The relay ids that were announced to the other server. */
  #via: readonly string[] = [];
  /** Ends the wait after a loop. */
  #retryNow: (() => void) | undefined;
  #state: PushState = "waiting";
  #lastError: string | undefined;
  #ledger: ConsumerLedger | undefined;

  /**
   * Starts the push.
   *
   * @param stream The path of the stream.
   * @param url The stream on the other server.
   */
  constructor(streams: StreamRegistry, stream: string, url: RelayUrl, options: PushOptions) {
    this.stream = stream;
    this.#options = options;
    this.#url = url;
    this.target = this.#url.shown;
    const unregister = options.loops.addPush(this);
    this.done = this.#run(streams).finally(unregister);
  }

  /** The host of the other server, without a port. */
  get host(): string {
    return this.#url.hostname;
  }

  /** Whether it is connected. */
  get isLive(): boolean {
    return this.#state === "live";
  }

  /** Called when its stream came back. If it certainly came by this push, the connection ends. */
  loopDetected(description: string, isCertain: boolean): void {
    const error = new RtmpCommandError(`Cannot push to ${this.target}`, {
      read: description,
      statusCode: StatusCode.PublishLoop,
    });
    if (isCertain) this.#connection.abort(error);
    else this.#lastError = this.#url.redact(error.message);
  }

  /**
   * Called when its stream is published again. After a loop the push retries at once. If the stream
   * has passed relays that were not announced, the push reconnects.
   */
  published({ via }: Publication): void {
    this.#retryNow?.();
    if (via.some((id) => !this.#via.includes(id))) this.#connection.abort(REROUTED);
  }

  /** Ends the push and its publication on the other server. */
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
      failures: this.#backoff.failures,
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
      filter: this.#options.loops.recordSent(this.stream),
    });
    const cancelTags = () => void subscription.tags.cancel().catch(() => {});
    signal.addEventListener("abort", cancelTags);
    try {
      this.#ledger = subscription.ledger;
      await Promise.race([subscription.started, subscription.done]);
      if (signal.aborted) return;
      this.#state = "connecting";
      const { loops, idleTimeout } = this.#options;
      this.#via = [...loops.relaysBefore(this.stream), this.id];
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
        this.#backoff.recordUptime(performance.now() - since);
      }
      log.info("{path} has ended, and its push to {target} with it", {
        path: this.stream,
        target: this.target,
      });
    } finally {
      signal.removeEventListener("abort", cancelTags);
      if (!subscription.tags.locked) cancelTags();
    }
  }

  async #retry(error: unknown, signal: AbortSignal): Promise<void> {
    this.#state = "retrying";
    const text = this.#lastError = this.#url.redact(errorMessage(error));
    const wait = this.#backoff.recordFailure(error);
    const level = this.#backoff.shouldWarn(error, text) ? "warn" : "debug";
    log[level]("Cannot push {path} to {target}: {error}; retrying in {seconds} s", {
      path: this.stream,
      target: this.target,
      error: text,
      seconds: (wait / 1000).toFixed(1),
    });
    const retryNow = new AbortController();
    if (isLoop(error)) this.#retryNow = () => retryNow.abort();
    await pause(wait, AbortSignal.any([signal, retryNow.signal]));
    this.#retryNow = undefined;
  }
}
