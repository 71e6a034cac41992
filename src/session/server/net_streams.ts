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

/** The message streams that a peer has created, or has used without creating them. */
export class NetStreams {
  readonly #streams = new Map<number, NetStream>();
  readonly #context: NetStreamContext;
  readonly #limits: RtmpLimits;
  /** The ids of the latest streams on which the peer asked to publish, deleted ones included. */
  readonly #named = new Set<number>();
  #lastId = 0;

  constructor(context: NetStreamContext, limits: RtmpLimits) {
    this.#context = context;
    this.#limits = limits;
  }

  /** All message streams. */
  get all(): NetStream[] {
    return [...this.#streams.values()];
  }

  /** Whether any message stream meets the condition. */
  some(predicate: (stream: NetStream) => boolean): boolean {
    for (const stream of this.#streams.values()) if (predicate(stream)) return true;
    return false;
  }

  /** Whether any of them publishes or plays, or is about to. */
  get isActive(): boolean {
    return this.some((stream) => stream.active);
  }

  /** Whether the peer plays and does not publish. */
  get watches(): boolean {
    return this.some((stream) => stream.plays) && !this.some((stream) => stream.publishes);
  }

  /** Whether the peer watches, and has paused all that it plays. */
  get isPaused(): boolean {
    return this.watches && !this.some((stream) => stream.plays && !stream.paused);
  }

  /** The stream with this id. */
  get(id: number): NetStream | undefined {
    return this.#streams.get(id);
  }

  /** The stream that publishes, if exactly one does. */
  get publisher(): NetStream | undefined {
    let only: NetStream | undefined;
    for (const stream of this.#streams.values()) {
      if (!stream.publishes) continue;
      if (only) return undefined;
      only = stream;
    }
    return only;
  }

  /** Whether the peer has recently asked to publish on the stream with this id. */
  hasBeenNamed(id: number): boolean {
    return this.#named.has(id);
  }

  /** Executes `publish`. */
  async publish(id: number, command: Command): Promise<void> {
    this.#named.delete(id);
    this.#named.add(id);
    if (this.#named.size > this.#limits.maxMessageStreams) {
      this.#named.delete(this.#named.values().next().value!);
    }
    await this.open(id).publish(command);
  }

  /**
   * Creates a stream with an id that is not in use (RTMP 1.0, section 7.2.1.3).
   *
   * @throws {RtmpLimitError} If there are too many.
   */
  create(): NetStream {
    do this.#lastId++; while (this.#streams.has(this.#lastId));
    return this.open(this.#lastId);
  }

  /**
   * The stream with this id, created if necessary: some clients publish on one they did not create.
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

  /**
   * Executes `deleteStream` (section 7.2.2.3). GStreamer sends the stream's name instead of its id.
   */
  delete(idOrName: unknown): void {
    const stream = typeof idOrName === "number" ? this.#streams.get(idOrName) : this.find(idOrName);
    if (!stream) return;
    this.#streams.delete(stream.id);
    stream.close();
  }

  /** The stream that publishes the path which a command names. */
  find(name: unknown): NetStream | undefined {
    if (typeof name !== "string") return undefined;
    const wanted = this.#context.path(name);
    if ("description" in wanted) return undefined;
    return this.all.find((stream) => stream.path === wanted.path);
  }
}
