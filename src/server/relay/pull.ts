/**
 * A stream of another server, brought in.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { playRtmp } from "../../client/play.ts";
import { backoff, HELD_LONG_ENOUGH, pause } from "./backoff.ts";
import type { Hub } from "../hub.ts";
import type { RtmpServer } from "../serve.ts";
import type { PullConfig } from "./relay_config.ts";
import { RelayUrl } from "./relay_url.ts";

/** How often it is looked whether anybody still watches, in milliseconds. */
const LOOK_INTERVAL = 5_000;

const log = getLogger(["sluice", "pull"]);

/** Brings a stream in whenever it is wanted, and connects again when that fails. */
export class Pull {
  readonly #config: PullConfig;
  readonly #url: RelayUrl;
  readonly #key: string | undefined;
  readonly #stopped = new AbortController();
  readonly #done: Promise<void>;

  /**
   * Begins.
   *
   * @param key The key that publishers have to show here.
   */
  constructor(
    rtmp: RtmpServer,
    hub: Hub,
    config: PullConfig,
    key: string | undefined,
  ) {
    this.#config = config;
    this.#url = new RelayUrl(config.url);
    this.#key = key;
    this.#done = this.#run(rtmp, hub);
  }

  /** Ends it, and what it publishes. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#done;
  }

  async #run(rtmp: RtmpServer, hub: Hub): Promise<void> {
    const { signal } = this.#stopped;
    const { stream, always } = this.#config;
    let failures = 0;
    while (!signal.aborted) {
      if (!always) await hub.wanted(stream, signal);
      if (signal.aborted) return;
      const since = performance.now();
      const error = await this.#bring(rtmp, hub, signal);
      if (signal.aborted) return;
      if (performance.now() - since > HELD_LONG_ENOUGH) failures = 0;
      if (error === undefined && !always) continue;
      const wait = backoff(++failures);
      log.warn("{path} does not come from {target}: {error}; trying again in {seconds} s", {
        path: stream,
        target: this.#url.shown,
        error: error instanceof Error ? this.#url.redact(error.message) : "it has ended",
        seconds: (wait / 1000).toFixed(1),
      });
      await pause(wait, signal);
    }
  }

  /** Plays the stream there and publishes it here, until one of them ends; returns what failed. */
  async #bring(rtmp: RtmpServer, hub: Hub, stopped: AbortSignal): Promise<unknown> {
    const { stream, always } = this.#config;
    const unwanted = new AbortController();
    const timer = setInterval(() => {
      if (!always && !hub.isWanted(stream)) unwanted.abort();
    }, LOOK_INTERVAL);
    try {
      const signal = AbortSignal.any([stopped, unwanted.signal]);
      const { readable } = await playRtmp(this.#url.href, { signal });
      log.info("{path} comes from {target}", { path: stream, target: this.#url.shown });
      const { error } = await rtmp.publish(this.#request(), readable);
      return unwanted.signal.aborted ? undefined : error;
    } catch (error) {
      return unwanted.signal.aborted ? undefined : error;
    } finally {
      clearInterval(timer);
    }
  }

  #request() {
    return {
      kind: "publish" as const,
      app: "",
      name: this.#config.stream,
      params: new URLSearchParams(this.#key === undefined ? {} : { key: this.#key }),
      remoteAddr: new URL(this.#url.shown).host,
      tcUrl: this.#url.shown,
      flashVer: "pull",
    };
  }
}
