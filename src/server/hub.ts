/**
 * The streams of the server, found by their path.
 *
 * @module
 */

import { Channel } from "../channel/channel.ts";
import type { SubscribeOptions, Subscription } from "../channel/subscription.ts";
import type { Publication } from "../session/publication.ts";

/** How long viewers are kept for a publisher that dropped out to come back, in milliseconds. */
const GRACE = 5_000;

/** A publication and the channel that gives it on. */
export interface LiveStream {
  publication: Publication;
  channel: Channel;
}

/** A name that somebody publishes, or that somebody waits for. */
interface Place {
  channel: Channel;
  publication: Publication | undefined;
  /** Runs while viewers are kept for a publisher that dropped out. */
  grace: ReturnType<typeof setTimeout> | undefined;
}

/** Brings publishers and consumers together, whoever of them comes first. */
export class Hub {
  readonly #places = new Map<string, Place>();
  /** Those who are to be told when somebody wants a path. */
  readonly #wishes = new Set<{ path: string; come: () => void }>();

  /** The streams that are live now. */
  get streams(): LiveStream[] {
    return [...this.#places.values()].filter(isLive);
  }

  /** The stream of this path, if it is live. */
  find(path: string): LiveStream | undefined {
    const place = this.#places.get(path);
    return place && isLive(place) ? place : undefined;
  }

  /**
   * Adds a consumer to a path, whether something is published there yet or not. It shares its tags
   * with all others, and must neither write to them nor transfer their memory.
   */
  subscribe(path: string, options: SubscribeOptions): Subscription {
    const place = this.#place(path);
    const subscription = place.channel.subscribe({ ...options, shared: true });
    subscription.done.then(() => this.#tidy(path, place));
    for (const wish of this.#wishes) if (wish.path === path) wish.come();
    return subscription;
  }

  /** Whether anybody watches a path, or waits to. */
  isWanted(path: string): boolean {
    return (this.#places.get(path)?.channel.viewers ?? 0) > 0;
  }

  /** Resolves when somebody watches a path or waits to, or when it is aborted. */
  wanted(path: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted || this.isWanted(path)) return resolve();
      const end = () => {
        this.#wishes.delete(wish);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const wish = { path, come: end };
      this.#wishes.add(wish);
      signal.addEventListener("abort", end);
    });
  }

  /**
   * Gives a publication on until it has ended and everybody has read it.
   *
   * @param prepare Subscribes whoever wants just this publication, before its first tag.
   */
  async run(publication: Publication, prepare: (stream: LiveStream) => void): Promise<void> {
    const { path, ledger, tags } = publication;
    const place = this.#place(path);
    const { channel } = place;
    clearTimeout(place.grace);
    place.grace = undefined;
    place.publication = publication;
    const goesOn = publication.closed.then(({ reason }) => {
      // Another publisher has taken over the name.
      if (place.publication !== publication) return true;
      place.publication = undefined;
      const dropped = reason === "disconnected" || reason === "failed";
      if (dropped) place.grace = setTimeout(() => this.#end(path, place), GRACE);
      else this.#places.delete(path);
      return dropped;
    });
    await channel.run(tags, ledger, () => prepare({ publication, channel }));
    if (!await goesOn) await channel.end();
    else this.#tidy(path, place);
  }

  /** Waits no longer for a publisher that dropped out; resolves when everybody has read all. */
  async end(path: string): Promise<void> {
    const place = this.#places.get(path);
    if (place && !place.publication) await this.#end(path, place);
  }

  /** Ends every channel, those that wait for a publisher too. */
  async shutdown(): Promise<void> {
    await Promise.all([...this.#places].map(([path, place]) => this.#end(path, place)));
  }

  #place(path: string): Place {
    const known = this.#places.get(path);
    if (known) return known;
    const place: Place = { channel: new Channel(), publication: undefined, grace: undefined };
    this.#places.set(path, place);
    return place;
  }

  /** A place that nobody publishes to and nobody waits at is no longer one. */
  #tidy(path: string, place: Place): void {
    if (place.publication || place.channel.consumers > 0) return;
    clearTimeout(place.grace);
    if (this.#places.get(path) === place) this.#places.delete(path);
  }

  async #end(path: string, place: Place): Promise<void> {
    clearTimeout(place.grace);
    if (this.#places.get(path) === place) this.#places.delete(path);
    await place.channel.end();
  }
}

function isLive(place: Place): place is Place & LiveStream {
  return place.publication !== undefined;
}
