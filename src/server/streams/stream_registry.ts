/**
 * The registry of live streams and their consumers, by path.
 *
 * `serve/publisher_registry.ts` decides which publication gets a name; that publication is then
 * opened here. No other module keeps names or live streams.
 *
 * @module
 */

import { Channel } from "../../channel/channel.ts";
import type { Feed } from "../../channel/feed.ts";
import { DEFAULT_MEDIA_BYTES, MediaBudget } from "../../channel/media_budget.ts";
import type { SubscribeOptions, Subscription } from "../../channel/subscription.ts";
import type { Publication, PublicationEnd } from "../../publication/publication.ts";
import { ByConnection } from "./by_connection.ts";
import { after } from "../../time/idle.ts";

/** How long viewers are kept for a publisher that may reconnect, in milliseconds. */
const RECONNECT_GRACE = 5_000;

/** A live publication, and the feed that delivers it to consumers. */
export interface LiveStream {
  readonly publication: Publication;
  readonly feed: Feed;
}

/** A live stream whose feed has not run yet. */
export interface OpenedStream extends LiveStream {
  /**
   * Delivers the tags to consumers; called once. Resolves when the publication has ended and all
   * consumers have read it.
   */
  run(): Promise<void>;
}

/** A subscription of a connection, which watches or waits to watch. */
export interface Play {
  path: string;
  subscription: Subscription;
}

/** A path with a publication or with consumers. */
interface PathEntry {
  channel: Channel;
  /** The latest publication, until it is closed. */
  live: LiveStream | undefined;
  /** Ends the wait for a publisher that may reconnect, at the end of which the channel ends. */
  stopGrace: (() => void) | undefined;
}

/** Connects publications and consumers by path, in whichever order they arrive. */
export class StreamRegistry {
  /** The budget of media that is kept for newcomers and slow viewers, of all streams together. */
  readonly media: MediaBudget;
  /** Paths with a pull. After the end of a publisher, their viewers wait for the pull. */
  readonly pulledPaths: Set<string> = new Set();
  readonly #entries = new Map<string, PathEntry>();
  /** Waits for a change at a path. */
  readonly #waiters = new Set<{ path: string; check: () => void }>();
  readonly #openListeners: ((stream: LiveStream) => void)[] = [];
  readonly #published = new ByConnection<Publication>();
  readonly #played = new ByConnection<Play>();

  /** @param maxMediaBytes The limit on kept media of all streams together, in bytes. */
  constructor(maxMediaBytes: number = DEFAULT_MEDIA_BYTES) {
    this.media = new MediaBudget(maxMediaBytes);
  }

  /** The streams that are live now. */
  get live(): LiveStream[] {
    return Array.from(this.#entries.values(), ({ live }) => live).filter((live) =>
      live !== undefined
    );
  }

  /** The stream of this path, if it is live. */
  find(path: string): LiveStream | undefined {
    return this.#entries.get(path)?.live;
  }

  /** The publications of a connection. */
  publishedBy(connection: string): Publication[] {
    return this.#published.get(connection);
  }

  /** The streams that a connection watches, or waits to watch. */
  playedBy(connection: string): Play[] {
    return this.#played.get(connection);
  }

  /** Calls `listener` with each stream when it is opened, before its first tag. */
  onOpen(listener: (stream: LiveStream) => void): void {
    this.#openListeners.push(listener);
  }

  /**
   * Adds a consumer to a path, whether or not the path is published. Consumers share tags: they must
   * neither write to them nor transfer their memory.
   */
  subscribe(path: string, options: SubscribeOptions): Subscription {
    const entry = this.#entry(path);
    const subscription = entry.channel.subscribe({ ...options, shared: true });
    const { connection } = options;
    if (connection !== undefined) {
      this.#played.add(connection, { path, subscription }, subscription.done);
    }
    subscription.done.then(() => this.#forgetUnused(path, entry));
    this.#changed(path);
    return subscription;
  }

  /** Whether a path has viewers, or viewers wait for its publisher. */
  hasViewers(path: string): boolean {
    return (this.#entries.get(path)?.channel.viewers ?? 0) > 0;
  }

  /** Resolves when viewers wait for the publisher of a path, or when it is aborted. */
  whenViewersWait(path: string, signal: AbortSignal): Promise<void> {
    return this.#waitUntil(path, () => this.hasViewers(path) && !this.find(path), signal);
  }

  /** Resolves when a path is not published, or when it is aborted. */
  whenUnpublished(path: string, signal: AbortSignal): Promise<void> {
    return this.#waitUntil(path, () => !this.find(path), signal);
  }

  /**
   * Makes a publication the live stream of its path until it is closed. Slow consumers may still read
   * the previous publication. Consumers that are added to the feed before it runs get the first tag.
   */
  open(publication: Publication): OpenedStream {
    const { path, ledger, connection, closed } = publication;
    const entry = this.#entry(path);
    const { channel } = entry;
    entry.stopGrace?.();
    entry.stopGrace = undefined;
    const resends = publication.relayed || publication.via.length > 0;
    const stream: LiveStream = { publication, feed: channel.open(ledger, { resends }) };
    entry.live = stream;
    const keepsViewers = closed.then((end) => this.#close(path, entry, stream, end));
    if (connection !== undefined) this.#published.add(connection, publication, closed);
    for (const listener of this.#openListeners) listener(stream);
    const run = async () => {
      await stream.feed.run(publication.tags);
      if (await keepsViewers) this.#forgetUnused(path, entry);
      else await channel.end();
    };
    return { ...stream, run };
  }

  /** Ends the wait for a publisher to reconnect; resolves when all consumers have read everything. */
  async end(path: string): Promise<void> {
    const entry = this.#entries.get(path);
    if (entry && !entry.live) await this.#end(path, entry);
  }

  /** Ends every channel, including those without a publisher. */
  async shutdown(): Promise<void> {
    await Promise.all([...this.#entries].map(([path, entry]) => this.#end(path, entry)));
  }

  /** Called when a publication is closed; returns whether its viewers are kept for the next one. */
  #close(
    path: string,
    entry: PathEntry,
    stream: LiveStream,
    { reason }: PublicationEnd,
  ): boolean {
    // Another publisher has taken over the name.
    if (entry.live !== stream) return true;
    entry.live = undefined;
    const dropped = reason === "disconnected" || reason === "failed" ||
      !stream.publication.relayed && this.pulledPaths.has(path);
    if (dropped) entry.stopGrace = after(RECONNECT_GRACE, () => this.#end(path, entry));
    else this.#entries.delete(path);
    this.#changed(path);
    return dropped;
  }

  /** Resolves when the condition holds, or when it is aborted. */
  #waitUntil(path: string, condition: () => boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!signal.aborted && !condition()) return;
        this.#waiters.delete(waiter);
        signal.removeEventListener("abort", check);
        resolve();
      };
      const waiter = { path, check };
      this.#waiters.add(waiter);
      signal.addEventListener("abort", check);
      check();
    });
  }

  #changed(path: string): void {
    for (const waiter of this.#waiters) if (waiter.path === path) waiter.check();
  }

  #entry(path: string): PathEntry {
    const known = this.#entries.get(path);
    if (known) return known;
    const entry: PathEntry = {
      channel: new Channel(undefined, undefined, this.media),
      live: undefined,
      stopGrace: undefined,
    };
    this.#entries.set(path, entry);
    return entry;
  }

  /** Removes a path without a publication and without consumers. */
  #forgetUnused(path: string, entry: PathEntry): void {
    if (entry.live || entry.channel.consumers > 0) return;
    entry.stopGrace?.();
    if (this.#entries.get(path) === entry) this.#entries.delete(path);
  }

  async #end(path: string, entry: PathEntry): Promise<void> {
    entry.stopGrace?.();
    if (this.#entries.get(path) === entry) this.#entries.delete(path);
    await entry.channel.end();
  }
}
