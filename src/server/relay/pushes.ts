/**
 * The streams that are sent on to other servers.
 *
 * @module
 */

import type { RtmpTargetOptions } from "../../client/url.ts";
import { streamPath } from "../../session/stream_path.ts";
import type { Hub } from "../hub.ts";
import { Push } from "./push.ts";
import { RelayUrl } from "./relay_url.ts";

/** Pushes that may run at once. */
export const MAX_PUSHES = 100;

/** Adds, lists and ends pushes while the server runs; none of them knows of the others. */
export class Pushes {
  readonly #hub: Hub;
  readonly #idleTimeout: number;
  readonly #pushes = new Map<string, Push>();

  /** @param idleTimeout How long another server may take nothing, in milliseconds. */
  constructor(hub: Hub, idleTimeout: number) {
    this.#hub = hub;
    this.#idleTimeout = idleTimeout;
  }

  /** All of them, in the order in which they were added. */
  get list(): Push[] {
    return [...this.#pushes.values()];
  }

  /**
   * Begins to send a stream on whenever it is live.
   *
   * @param options The application and the stream's name there, where the URL does not say them.
   * @throws {TypeError} If the stream or the URL cannot be one.
   * @throws {RangeError} If there are too many already.
   */
  add(stream: string, url: string, options: RtmpTargetOptions = {}): Push {
    const path = streamPath("", stream);
    if ("description" in path) throw new TypeError(`Cannot push: ${path.description}`);
    const target = new RelayUrl(url, options);
    if (this.#pushes.size >= MAX_PUSHES) {
      throw new RangeError(`Cannot push: there are ${MAX_PUSHES} pushes already`);
    }
    const push = new Push(this.#hub, path.path, target, this.#idleTimeout);
    this.#pushes.set(push.id, push);
    return push;
  }

  /** Ends a push; tells whether there was one of this id. */
  async remove(id: string): Promise<boolean> {
    const push = this.#pushes.get(id);
    if (!push) return false;
    this.#pushes.delete(id);
    await push.stop();
    return true;
  }

  /** Ends all of them. */
  async stop(): Promise<void> {
    const pushes = this.list;
    this.#pushes.clear();
    await Promise.all(pushes.map((push) => push.stop()));
  }
}
