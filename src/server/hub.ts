/**
 * The streams that are live, found by their path.
 *
 * @module
 */

import { Channel } from "../channel/channel.ts";
import type { GopCacheLimits } from "../channel/gop_cache.ts";
import type { SubscribeOptions, Subscription } from "../channel/subscription.ts";
import type { PlaySource } from "../session/player.ts";
import type { TagFilter } from "../session/player_filter.ts";
import type { Publication, StreamRequest } from "../session/publication.ts";
import { DeferredSource } from "./deferred_source.ts";

/** How long viewers are kept for a publisher that dropped out to come back, in milliseconds. */
const GRACE = 5_000;

/** A publication and the channel that gives it on. */
export interface LiveStream {
  publication: Publication;
  channel: Channel;
}

/** A channel that waits for its publisher to come back. */
interface Waiting {
  channel: Channel;
  timer: ReturnType<typeof setTimeout>;
}

/** Finds live streams, tells those who wait for one when it comes, and keeps viewers over a gap. */
export class Hub {
  readonly #gopCache: GopCacheLimits | undefined;
  readonly #streams = new Map<string, LiveStream>();
  readonly #inGrace = new Map<string, Waiting>();
  readonly #listeners = new Map<string, Set<(channel: Channel) => void>>();

  /**
   * Makes a hub without streams.
   *
   * @param gopCache What each channel may keep for newcomers.
   */
  constructor(gopCache?: GopCacheLimits) {
    this.#gopCache = gopCache;
  }

  /** The streams that are live now. */
  get streams(): LiveStream[] {
    return [...this.#streams.values()];
  }

  /** The stream of this path, if it is live. */
  find(path: string): LiveStream | undefined {
    return this.#streams.get(path);
  }

  /**
   * Gives a publication on until it has ended and everybody has read it. Those who waited for it
   * subscribe before its first tag.
   *
   * @param prepare Subscribes whoever is there from the beginning.
   */
  async run(publication: Publication, prepare: (stream: LiveStream) => void): Promise<void> {
    const { path, ledger, tags } = publication;
    const stream = { publication, channel: this.#takeChannel(path) };
    const { channel } = stream;
    this.#streams.set(path, stream);
    const goesOn = publication.closed.then(({ reason }) => {
      if (this.#streams.get(path) !== stream) return true;
      this.#streams.delete(path);
      const dropped = reason === "disconnected" || reason === "failed";
      if (dropped) this.#keep(path, channel);
      return dropped;
    });
    for (const tell of this.#listeners.get(path) ?? []) tell(channel);
    this.#listeners.delete(path);
    await channel.run(tags, ledger, () => prepare(stream));
    if (!await goesOn) await channel.end();
  }

  /**
   * Calls `tell` when there is a channel for the path, at once or later.
   *
   * @returns A function that stops waiting.
   */
  whenLive(path: string, tell: (channel: Channel) => void): () => void {
    const channel = this.#streams.get(path)?.channel ?? this.#inGrace.get(path)?.channel;
    if (channel) {
      tell(channel);
      return () => {};
    }
    const listeners = this.#listeners.get(path) ?? new Set();
    this.#listeners.set(path, listeners.add(tell));
    return () => {
      listeners.delete(tell);
      if (listeners.size === 0 && this.#listeners.get(path) === listeners) {
        this.#listeners.delete(path);
      }
    };
  }

  /**
   * Subscribes to a stream as soon as it is live.
   *
   * @param signal Stops waiting.
   * @returns `undefined` if the wait was stopped.
   */
  subscribe(
    path: string,
    options: SubscribeOptions,
    signal: AbortSignal,
  ): Promise<{ subscription: Subscription; channel: Channel } | undefined> {
    return new Promise((resolve) => {
      const giveUp = () => {
        stopWaiting();
        resolve(undefined);
      };
      const stopWaiting = this.whenLive(path, (channel) => {
        signal.removeEventListener("abort", giveUp);
        resolve({ subscription: channel.subscribe(options), channel });
      });
      if (signal.aborted) giveUp();
      else signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  /** What an RTMP player gets: the stream as soon as it is live, until then nothing. */
  play({ app, name }: StreamRequest, filter: TagFilter): PlaySource {
    return new DeferredSource((options, signal) =>
      this.subscribe(`${app}/${name}`, { ...options, filter }, signal)
    );
  }

  /** Ends the channels whose publishers have not come back. */
  async shutdown(): Promise<void> {
    const waiting = [...this.#inGrace.values()];
    this.#inGrace.clear();
    await Promise.all(waiting.map(({ channel, timer }) => {
      clearTimeout(timer);
      return channel.end();
    }));
  }

  /** The channel whose viewers have been kept, of a dropped or a replaced publisher; or a new one. */
  #takeChannel(path: string): Channel {
    const waiting = this.#inGrace.get(path);
    if (!waiting) return this.#streams.get(path)?.channel ?? new Channel(this.#gopCache);
    clearTimeout(waiting.timer);
    this.#inGrace.delete(path);
    return waiting.channel;
  }

  #keep(path: string, channel: Channel): void {
    const timer = setTimeout(() => {
      this.#inGrace.delete(path);
      void channel.end();
    }, GRACE);
    this.#inGrace.set(path, { channel, timer });
  }
}
