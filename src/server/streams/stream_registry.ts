/**
 * What is live, by path, and who consumes it.
 *
 * Which publication may have a name is decided before, by `serve/publisher_registry.ts`: its winner is
 * opened here. No other module keeps either of the two; they ask one of these registries.
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

/** How long viewers are kept for a publisher that dropped out to come back, in milliseconds. */
const GRACE = 5_000;

/** A publication that is live, and what gives it to consumers. */
export interface LiveStream {
  readonly publication: Publication;
  readonly feed: Feed;
}

/** A stream whose tags have still to be given. */
export interface OpenedStream extends LiveStream {
  /**
   * Gives the tags to consumers, once. Resolves when the publication has ended and all consumers have
   * read it.
   */
  run(): Promise<void>;
}

/** What a connection watches, or waits to watch. */
export interface Play {
  path: string;
  subscription: Subscription;
}

/** A path that is published, or that consumers wait at. */
interface PathEntry {
  channel: Channel;
  /** The latest publication, until it is closed. */
  live: LiveStream | undefined;
  /** Ends the wait for a publisher that dropped out, for which viewers are kept. */
  stopGrace: (() => void) | undefined;
}

/** Brings publications and consumers together, in whichever order they come. */
export class StreamRegistry {
  /** What is kept of all streams, for newcomers and slow viewers. */
  readonly media: MediaBudget;
  /** Paths that a pull brings in when a publisher has ended: their viewers wait for that. */
  readonly pulledPaths: Set<string> = new Set();
  readonly #entries = new Map<string, PathEntry>();
  /** Promises that wait for a change at a path. */
  readonly #waiters = new Set<{ path: string; check: () => void }>();
  readonly #openListeners: ((stream: LiveStream) => void)[] = [];
  readonly #published = new ByConnection<Publication>();
  readonly #played = new ByConnection<Play>();

  /** @param maxMediaBytes Bytes that may be kept of all streams. */
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

  /** What a connection publishes. */
  publishedBy(connection: string): Publication[] {
    return this.#published.get(connection);
  }

  /** What a connection watches, or waits to watch. */
  playedBy(connection: string): Play[] {
    return this.#played.get(connection);
  }

  /** Calls `listener` with each stream when it is opened, before its first tag. */
  onOpen(listener: (stream: LiveStream) => void): void {
    this.#openListeners.push(listener);
  }

  /**
   * Adds a consumer to a path, whether something is published there yet or not. It shares its tags
   * with all others, and must neither write to them nor transfer their memory.
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
   * Makes a publication what is live under its path, from now until it is closed, even while slow
   * consumers still get the one before. Consumers that are added to its feed before it runs get its
   * first tag.
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

  /** Waits no longer for a publisher that dropped out; resolves when all consumers have read all. */
  async end(path: string): Promise<void> {
    const entry = this.#entries.get(path);
    if (entry && !entry.live) await this.#end(path, entry);
  }

  /** Ends every channel, those that wait for a publisher too. */
  async shutdown(): Promise<void> {
    await Promise.all([...this.#entries].map(([path, entry]) => this.#end(path, entry)));
  }

  /** A publication is closed; tells whether viewers of its path are kept for the next one. */
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
    if (dropped) entry.stopGrace = after(GRACE, () => this.#end(path, entry));
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

  /** Forgets a path that is not published and that no consumer waits at. */
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
