/**
 * The streams that are live, found by their path.
 *
 * @module
 */

import { Channel } from "../channel/channel.ts";
import type { Publication } from "../session/publication.ts";

/** A publication and the channel that gives it on. */
export interface LiveStream {
  publication: Publication;
  channel: Channel;
}

/** Finds live streams, and tells those who wait for one when it comes. */
export class Hub {
  readonly #streams = new Map<string, LiveStream>();
  readonly #waiting = new Map<string, Set<(stream: LiveStream) => void>>();

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
    const stream = { publication, channel: new Channel(ledger) };
    this.#streams.set(path, stream);
    publication.closed.then(() => {
      if (this.#streams.get(path) === stream) this.#streams.delete(path);
    });
    prepare(stream);
    for (const tell of this.#waiting.get(path) ?? []) tell(stream);
    this.#waiting.delete(path);
    await stream.channel.run(tags);
  }

  /**
   * Calls `tell` when the stream is live, at once or later.
   *
   * @returns A function that stops waiting.
   */
  whenLive(path: string, tell: (stream: LiveStream) => void): () => void {
    const live = this.#streams.get(path);
    if (live) {
      tell(live);
      return () => {};
    }
    const waiting = this.#waiting.get(path) ?? new Set();
    this.#waiting.set(path, waiting.add(tell));
    return () => {
      waiting.delete(tell);
      if (waiting.size === 0 && this.#waiting.get(path) === waiting) this.#waiting.delete(path);
    };
  }
}
