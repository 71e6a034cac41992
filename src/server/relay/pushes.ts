/**
 * The pushes of a server.
 *
 * @module
 */

import { streamPath } from "../../publication/stream_path.ts";
import type { Publication } from "../../publication/publication.ts";
import type { StreamRegistry } from "../streams/stream_registry.ts";
import { Push, type PushOptions } from "./push.ts";
import { type RelayOptions, RelayUrl } from "./relay_url.ts";

/** The most pushes at once. */
export const MAX_PUSHES = 100;

/** Adds, lists and ends pushes while the server runs. */
export class Pushes {
  readonly #streams: StreamRegistry;
  readonly #options: PushOptions;
  readonly #pushes = new Map<string, Push>();

  constructor(streams: StreamRegistry, options: PushOptions) {
    this.#streams = streams;
    this.#options = options;
  }

  /** All pushes, in the order in which they were added. */
  get list(): Push[] {
    return [...this.#pushes.values()];
  }

  /**
   * Adds a push for a stream.
   *
   * @param options The application and the stream's name there, where the URL does not say them, and
   * which addresses are permitted.
   * @throws {TypeError} If the path or the URL is invalid.
   * @throws {RangeError} If there are too many pushes.
   */
  add(stream: string, url: string, options: RelayOptions = {}): Push {
    const path = streamPath("", stream);
    if ("description" in path) throw new TypeError(`Cannot push: ${path.description}`);
    const target = new RelayUrl(url, options);
    if (this.#pushes.size >= MAX_PUSHES) {
      throw new RangeError(`Cannot push: there are ${MAX_PUSHES} pushes already`);
    }
    const push = new Push(this.#streams, path.path, target, this.#options);
    this.#pushes.set(push.id, push);
    return push;
  }

  /** Called when a stream is published. */
  published(publication: Publication): void {
    for (const push of this.#pushes.values()) {
      if (push.stream === publication.path) push.published(publication);
    }
  }

  /** Ends a push; returns whether there was one with this id. */
  async remove(id: string): Promise<boolean> {
    const push = this.#pushes.get(id);
    if (!push) return false;
    this.#pushes.delete(id);
    await push.stop();
    return true;
  }

  /** Ends all pushes. */
  async stop(): Promise<void> {
    const pushes = this.list;
    this.#pushes.clear();
    await Promise.all(pushes.map((push) => push.stop()));
  }
}
