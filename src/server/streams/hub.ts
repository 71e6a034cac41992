/**
 * The streams of the server, found by their path.
 *
 * @module
 */

import { Channel } from "../../channel/channel.ts";
import type { Feed } from "../../channel/feed.ts";
import { DEFAULT_MEDIA_BYTES, MediaBudget } from "../../channel/media_budget.ts";
import type { SubscribeOptions, Subscription } from "../../channel/subscription.ts";
import type { Publication } from "../../publication/publication.ts";

/** How long viewers are kept for a publisher that dropped out to come back, in milliseconds. */
const GRACE = 5_000;

/** A publication that is live, and what gives it to consumers. */
export interface LiveStream {
  readonly publication: Publication;
  readonly feed: Feed;
}

/** A path that is published, or that consumers wait at. */
interface Place {
  channel: Channel;
  /** The latest publication, until it is closed. */
  live: LiveStream | undefined;
  /** Runs while viewers are kept for a publisher that dropped out. */
  grace: ReturnType<typeof setTimeout> | undefined;
}

/** Brings publishers and consumers together, in whichever order they come. */
export class Hub {
  /** What is kept of all streams, for newcomers and slow viewers. */
  readonly media: MediaBudget;
  readonly #places = new Map<string, Place>();
  /** Paths that a pull brings in when a publisher has ended: their viewers wait for that. */
  readonly pulledPaths: Set<string> = new Set();
  /** What waits for a change at a path. */
  readonly #waiters = new Set<{ path: string; look: () => void }>();

  /** @param maxMediaBytes Bytes that may be kept of all streams. */
  constructor(maxMediaBytes: number = DEFAULT_MEDIA_BYTES) {
    this.media = new MediaBudget(maxMediaBytes);
  }

  /** The streams that are live now. */
  get streams(): LiveStream[] {
    return Array.from(this.#places.values(), ({ live }) => live).filter((live) =>
      live !== undefined
    );
  }

  /** The stream of this path, if it is live. */
  find(path: string): LiveStream | undefined {
    return this.#places.get(path)?.live;
  }

  /**
   * Adds a consumer to a path, whether something is published there yet or not. It shares its tags
   * with all others, and must neither write to them nor transfer their memory.
   */
  subscribe(path: string, options: SubscribeOptions): Subscription {
    const place = this.#place(path);
    const subscription = place.channel.subscribe({ ...options, shared: true });
    subscription.done.then(() => this.#tidy(path, place));
    this.#changed(path);
    return subscription;
  }

  /** Whether a path is watched, or waited for. */
  isWanted(path: string): boolean {
    return (this.#places.get(path)?.channel.viewers ?? 0) > 0;
  }

  /** Resolves when a path is watched, or waited for, and not published; or when it is aborted. */
  wanted(path: string, signal: AbortSignal): Promise<void> {
    return this.#when(path, () => this.isWanted(path) && !this.find(path), signal);
  }

  /** Resolves when a path is not published, or when it is aborted. */
  vacant(path: string, signal: AbortSignal): Promise<void> {
    return this.#when(path, () => !this.find(path), signal);
  }

  /**
   * Gives a publication to consumers until it has ended and all of them have read it. It is what is
   * live under its path from now on, even while slow consumers still get the one before.
   *
   * @param prepare Subscribes those who want just this publication, before its first tag.
   */
  async run(publication: Publication, prepare: (stream: LiveStream) => void): Promise<void> {
    const { path, ledger, tags } = publication;
    const place = this.#place(path);
    const { channel } = place;
    clearTimeout(place.grace);
    place.grace = undefined;
    const resends = publication.relayed || publication.via.length > 0;
    const live: LiveStream = { publication, feed: channel.open(ledger, { resends }) };
    place.live = live;
    const goesOn = publication.closed.then(({ reason }) => {
      // Another publisher has taken over the name.
      if (place.live !== live) return true;
      place.live = undefined;
      const dropped = reason === "disconnected" || reason === "failed" ||
        !publication.relayed && this.pulledPaths.has(path);
      if (dropped) place.grace = setTimeout(() => this.#end(path, place), GRACE);
      else this.#places.delete(path);
      this.#changed(path);
      return dropped;
    });
    prepare(live);
    await live.feed.run(tags);
    if (!await goesOn) await channel.end();
    else this.#tidy(path, place);
  }

  /** Waits no longer for a publisher that dropped out; resolves when everybody has read all. */
  async end(path: string): Promise<void> {
    const place = this.#places.get(path);
    if (place && !place.live) await this.#end(path, place);
  }

  /** Ends every channel, those that wait for a publisher too. */
  async shutdown(): Promise<void> {
    await Promise.all([...this.#places].map(([path, place]) => this.#end(path, place)));
  }

  #when(path: string, isSo: () => boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!signal.aborted && !isSo()) return;
        this.#waiters.delete(waiter);
        signal.removeEventListener("abort", look);
        resolve();
      };
      const waiter = { path, look };
      this.#waiters.add(waiter);
      signal.addEventListener("abort", look);
      look();
    });
  }

  #changed(path: string): void {
    for (const waiter of this.#waiters) if (waiter.path === path) waiter.look();
  }

  #place(path: string): Place {
    const known = this.#places.get(path);
    if (known) return known;
    const place: Place = {
      channel: new Channel(undefined, undefined, this.media),
      live: undefined,
      grace: undefined,
    };
    this.#places.set(path, place);
    return place;
  }

  /** Forgets a path that is not published and that no consumer waits at. */
  #tidy(path: string, place: Place): void {
    if (place.live || place.channel.consumers > 0) return;
    clearTimeout(place.grace);
    if (this.#places.get(path) === place) this.#places.delete(path);
  }

  async #end(path: string, place: Place): Promise<void> {
    clearTimeout(place.grace);
    if (this.#places.get(path) === place) this.#places.delete(path);
    await place.channel.end();
  }
}
