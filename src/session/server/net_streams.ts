/**
 * The message streams of a connection.
 *
 * @module
 */

import { RtmpLimitError } from "../../errors.ts";
import type { Command } from "../../message/command.ts";
import type { RtmpLimits } from "../limits.ts";
import { NetStream } from "./net_stream.ts";
import type { NetStreamContext } from "./stream_replies.ts";

/** Keeps the message streams that a peer has asked for, or has just used. */
export class NetStreams {
  readonly #streams = new Map<number, NetStream>();
  readonly #context: NetStreamContext;
  readonly #limits: RtmpLimits;
  /** The last ones on which the peer has asked to publish, those that have been deleted too. */
  readonly #named = new Set<number>();
  #lastId = 0;

  constructor(context: NetStreamContext, limits: RtmpLimits) {
    this.#context = context;
    this.#limits = limits;
  }

  /** All of them. */
  get all(): NetStream[] {
    return [...this.#streams.values()];
  }

  /** Whether one of them is so. */
  some(predicate: (stream: NetStream) => boolean): boolean {
    for (const stream of this.#streams.values()) if (predicate(stream)) return true;
    return false;
  }

  /** Whether something is published or played on one of them. */
  get isActive(): boolean {
    return this.some((stream) => stream.active);
  }

  /** Whether the peer plays something, and publishes nothing. */
  get watches(): boolean {
    return this.some((stream) => stream.plays) && !this.some((stream) => stream.publishes);
  }

  /** Whether the peer watches, and has paused all that it plays. */
  get isPaused(): boolean {
    return this.watches && !this.some((stream) => stream.plays && !stream.paused);
  }

  /** The one of this id, if there is one. */
  get(id: number): NetStream | undefined {
    return this.#streams.get(id);
  }

  /** The only one that publishes, if there is just one. */
  get publisher(): NetStream | undefined {
    let only: NetStream | undefined;
    for (const stream of this.#streams.values()) {
      if (!stream.publishes) continue;
      if (only) return undefined;
      only = stream;
    }
    return only;
  }

  /** Whether the peer has asked to publish on the one of this id, not long ago. */
  hasBeenNamed(id: number): boolean {
    return this.#named.has(id);
  }

  /** Does what `publish` asks for. */
  async publish(id: number, command: Command): Promise<void> {
    this.#named.delete(id);
    this.#named.add(id);
    if (this.#named.size > this.#limits.maxMessageStreams) {
      this.#named.delete(this.#named.values().next().value!);
    }
    await this.open(id).publish(command);
  }

  /**
   * A new one (RTMP 1.0, section 7.2.1.3), with an id that is not in use.
   *
   * @throws {RtmpLimitError} If there are too many.
   */
  create(): NetStream {
    do this.#lastId++; while (this.#streams.has(this.#lastId));
    return this.open(this.#lastId);
  }

  /**
   * The one of this id. Some clients publish on one that they have not asked for.
   *
   * @throws {RtmpLimitError} If there are too many.
   */
  open(id: number): NetStream {
    const known = this.#streams.get(id);
    if (known) return known;
    const { maxMessageStreams } = this.#limits;
    if (this.#streams.size >= maxMessageStreams) {
      throw new RtmpLimitError("Cannot open one more message stream", {
        read: `message stream ${id} beside ${this.#streams.size} others`,
        expected: `at most ${maxMessageStreams} message streams`,
      });
    }
    const stream = new NetStream(id, this.#context);
    this.#streams.set(id, stream);
    return stream;
  }

  /** Section 7.2.2.3. GStreamer puts the stream's name where its id belongs. */
  delete(idOrName: unknown): void {
    const stream = typeof idOrName === "number" ? this.#streams.get(idOrName) : this.find(idOrName);
    if (!stream) return;
    this.#streams.delete(stream.id);
    stream.close();
  }

  /** The one on which a name's stream is published, however the name is written. */
  find(name: unknown): NetStream | undefined {
    if (typeof name !== "string") return undefined;
    const wanted = this.#context.path(name);
    if ("description" in wanted) return undefined;
    return this.all.find((stream) => stream.path === wanted.path);
  }
}
