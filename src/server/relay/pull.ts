/**
 * A pull: it plays a stream of another server, and publishes it here.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { playRtmp } from "../../client/play.ts";
import { errorMessage } from "../../error_message.ts";
import { RtmpCommandError } from "../../errors.ts";
import type { Publication, StreamRequest } from "../../publication/publication.ts";
import type { StreamRegistry } from "../streams/stream_registry.ts";
import type { RtmpServer } from "../../serve/types.ts";
import { pause, RetryBackoff } from "./retry_backoff.ts";
import type { LoopDetector } from "./loop_detector.ts";
import type { PullConfig } from "./relay_config.ts";
import { RelayUrl } from "./relay_url.ts";

/** Interval between checks whether a stream still has viewers, in milliseconds. */
const CHECK_INTERVAL = 5_000;

const log = getLogger(["sluice", "pull"]);

/** The options that all pulls of a server share. */
export interface PullOptions {
  /** Detects streams that come back. */
  loops: LoopDetector;
  /** The stream key of this server. */
  key?: string | undefined;
  /** How long the other server may send nothing, in milliseconds. */
  idleTimeout: number;
}

/** The outcome of one connection of a pull. */
interface Outcome {
  /** Whether the other server had started to play. */
  started: boolean;
  /** How long it played, in milliseconds. */
  uptime: number;
  /** The error that ended it, if there was one. */
  error?: unknown;
}

/** Pulls a stream whenever it has viewers, or always; reconnects after a failure. */
export class Pull {
  /** The unique id of this pull. */
  readonly id: string = crypto.randomUUID();
  readonly #config: PullConfig;
  readonly #url: RelayUrl;
  readonly #options: PullOptions;
  readonly #backoff = new RetryBackoff();
  readonly #stopped = new AbortController();
  readonly #done: Promise<void>;
  /** Ends the current connection when the stream is published here. */
  #published = new AbortController();

  /** Starts the pull. */
  constructor(rtmp: RtmpServer, streams: StreamRegistry, config: PullConfig, options: PullOptions) {
    this.#config = config;
    this.#url = new RelayUrl(config.url);
    this.#options = options;
    const unregister = options.loops.addPull(this.id, config.stream);
    streams.pulledPaths.add(config.stream);
    this.#done = this.#run(rtmp, streams).finally(unregister);
  }

  /** The path of its stream. */
  get stream(): string {
    return this.#config.stream;
  }

  /** Called when the stream is published here: the pull waits until that publication has ended. */
  published({ relayed }: Publication): void {
    if (!relayed) this.#published.abort();
  }

  /** Ends the pull and its publication. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#done;
  }

  async #run(rtmp: RtmpServer, streams: StreamRegistry): Promise<void> {
    const { signal } = this.#stopped;
    const { stream, always } = this.#config;
    while (!signal.aborted) {
      this.#published = new AbortController();
      await (always
        ? streams.whenUnpublished(stream, signal)
        : streams.whenViewersWait(stream, signal));
      if (signal.aborted) return;
      const outcome = await this.#pullOnce(
        rtmp,
        streams,
        AbortSignal.any([signal, this.#published.signal]),
      );
      if (signal.aborted) return;
      if (this.#published.signal.aborted) continue;
      this.#backoff.recordUptime(outcome.uptime);
      if (outcome.error !== undefined || always) await this.#retry(outcome);
    }
  }

  /** Plays the stream there and publishes it here, until one of them ends. */
  async #pullOnce(
    rtmp: RtmpServer,
    streams: StreamRegistry,
    stopped: AbortSignal,
  ): Promise<Outcome> {
    const { stream, always } = this.#config;
    const unwatched = new AbortController();
    const timer = setInterval(() => {
      if (!always && !streams.hasViewers(stream)) unwatched.abort();
    }, CHECK_INTERVAL);
    let startedAt: number | undefined;
    const outcome = (error: unknown): Outcome => ({
      started: startedAt !== undefined,
      uptime: startedAt === undefined ? 0 : performance.now() - startedAt,
      ...!unwatched.signal.aborted && { error },
    });
    try {
      const signal = AbortSignal.any([stopped, unwatched.signal]);
      const { loops, idleTimeout } = this.#options;
      const via = [this.id, ...loops.relaysWaitingFor(stream)];
      const { readable } = await playRtmp(this.#url.href, { via, idleTimeout, signal });
      startedAt = performance.now();
      log.info("Pulling {path} from {target}", { path: stream, target: this.#url.shown });
      const { error } = await rtmp.publish(this.#request(), readable);
      return outcome(error);
    } catch (error) {
      return outcome(error);
    } finally {
      clearInterval(timer);
    }
  }

  /**
   * Waits for the next attempt. After the first broken connection it reconnects at once: viewers are
   * kept for some seconds, and the other server usually still runs.
   */
  async #retry({ started, error }: Outcome): Promise<void> {
    const text = error === undefined
      ? "the stream has ended there"
      : this.#url.redact(errorMessage(error));
    const backoff = this.#backoff.recordFailure(error);
    const isBroken = started && error !== undefined && !(error instanceof RtmpCommandError);
    const wait = isBroken && this.#backoff.failures === 1 ? 0 : backoff;
    const level = this.#backoff.shouldWarn(error, text) ? "warn" : "debug";
    log[level]("Cannot pull {path} from {target}: {error}; retrying in {seconds} s", {
      path: this.#config.stream,
      target: this.#url.shown,
      error: text,
      seconds: (wait / 1000).toFixed(1),
    });
    await pause(wait, this.#stopped.signal);
  }

  #request(): Omit<StreamRequest, "path"> {
    const { key } = this.#options;
    return {
      kind: "publish",
      app: "",
      name: this.#config.stream,
      params: new URLSearchParams(key === undefined ? {} : { key }),
      remoteAddr: new URL(this.#url.shown).host,
      tcUrl: this.#url.shown,
      flashVer: "pull",
      relayed: true,
      via: [this.id],
    };
  }
}
