/**
 * Streams that come back to where relays have sent them from.
 *
 * Each push and pull has an id. A push sends the ids of the relays that its stream has passed, and its
 * own; a pull its own, and those of the relays that wait for its stream here. A stream of which one of
 * these comes back is refused before it takes a name.
 *
 * @module
 */

import type { Publication, StreamRequest } from "../../session/publication.ts";
import { type Refusal, StatusCode } from "../../session/status.ts";
import { MAX_VIA } from "../../session/via.ts";

/** Where to look up what is published now. */
export interface LiveStreams {
  /** The stream of this path, if it is live. */
  find(path: string): { publication: Publication } | undefined;
}

/** Knows the relays of a server, and refuses what would go round. */
export class Loops {
  readonly #streams: LiveStreams;
  /** The path of each push and pull, by its id. */
  readonly #pushes = new Map<string, string>();
  readonly #pulls = new Map<string, string>();
  /** What the relays of other servers that play a path have passed, by the path. */
  readonly #players = new Map<string, Set<readonly string[]>>();

  constructor(streams: LiveStreams) {
    this.#streams = streams;
  }

  /** Knows a push until the function that it returns is called. */
  addPush(id: string, path: string): () => void {
    this.#pushes.set(id, path);
    return () => this.#pushes.delete(id);
  }

  /** Knows a pull until the function that it returns is called. */
  addPull(id: string, path: string): () => void {
    this.#pulls.set(id, path);
    return () => this.#pulls.delete(id);
  }

  /** Knows what plays a path, if it is a relay, until `left` settles. */
  addPlayer({ path, via = [] }: StreamRequest, left: Promise<unknown>): void {
    if (via.length === 0) return;
    const players = this.#players.get(path) ?? new Set();
    this.#players.set(path, players.add(via));
    left.finally(() => {
      players.delete(via);
      if (players.size === 0 && this.#players.get(path) === players) this.#players.delete(path);
    });
  }

  /** The relays that a push of a path has to name, beside itself. */
  passedBy(path: string): readonly string[] {
    return this.#streams.find(path)?.publication.via ?? [];
  }

  /**
   * The relays that a pull of a path has to name, beside itself: those that wait for it. Of many, as
   * of all the edges that play from here, only as many as may be named.
   */
  waitingFor(path: string): readonly string[] {
    return [...this.#waiting(path)].slice(0, MAX_VIA - 1);
  }

  /** Why a relay may not publish or play a stream, if it would go round. */
  refusal({ kind, path, via = [] }: StreamRequest): Refusal | undefined {
    if (via.length === 0) return undefined;
    return kind === "publish" ? this.#publishRefusal(path, via) : this.#playRefusal(path, via);
  }

  #publishRefusal(path: string, via: readonly string[]): Refusal | undefined {
    const code = StatusCode.PublishLoop;
    const waiting = this.#waiting(path);
    if (via.some((id) => this.#pushes.get(id) === path || waiting.has(id))) {
      const description = `This stream comes from here: ${path} was sent on from this server`;
      return { code, description };
    }
    if (via.length <= MAX_VIA) return undefined;
    return { code, description: `This stream has passed more than ${MAX_VIA} relays` };
  }

  #playRefusal(path: string, via: readonly string[]): Refusal | undefined {
    const isAwaited = via.some((id) => this.#pulls.get(id) === path);
    if (!isAwaited || this.#isPublished(path)) return undefined;
    const code = StatusCode.PlayStreamNotFound;
    const description =
      `This stream comes from here: ${path} is fetched by way of the server that asks for it`;
    return { code, description };
  }

  #waiting(path: string): Set<string> {
    return new Set([...this.#players.get(path) ?? []].flat());
  }

  /** Whether a path is published otherwise than by a pull. */
  #isPublished(path: string): boolean {
    const publication = this.#streams.find(path)?.publication;
    return publication !== undefined && !publication.via.some((id) => this.#pulls.has(id));
  }
}
