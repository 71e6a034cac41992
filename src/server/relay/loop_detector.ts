/**
 * A detector of loops: streams that come back to the server that relays them.
 *
 * Loops are found in two ways. First by ids: each push and pull has one. A push sends its own id
 * and those of the relays that its stream has passed. A pull sends its own id and those of the
 * relays that wait for its stream here. A stream with one of these ids is refused before it takes a
 * name.
 *
 * Other servers drop the ids. So, second, by frames: a publication whose name is that of a stream
 * that is relayed, or was until lately, takes the name only if its first frames were not relayed.
 * If a program on the way has encoded the stream again, its frames are unknown. So such a
 * publication does not take the name from a publisher that is sending.
 *
 * @module
 */

import type { FlvTag } from "../../flv/flv_tag.ts";
import type { MediaKind } from "../../ledger/counts.ts";
import type { Publication, StreamRequest } from "../../publication/publication.ts";
import type { Refusal } from "../../publication/refusal.ts";
import { StatusCode } from "../../session/status.ts";
import type { Inspection } from "../../session/server/trial.ts";
import { MAX_VIA } from "../../session/via.ts";
import { hostOf } from "../../net/address.ts";
import { isFrame, SentFrames } from "./sent_frames.ts";

/** A publisher that has been silent for longer is not sending, in milliseconds. */
const PAUSED_AFTER = 1_000;

/** Size from which a video frame identifies its stream, in bytes. */
const DISTINCTIVE_BYTES = 64;

/**
 * The number of consecutive matching frames that identify a stream if no single frame does: frames of
 * silence are all alike.
 */
const MIN_MATCHING_FRAMES = 16;

/** The live streams by path. */
export interface LiveStreams {
  /** The stream of this path, if it is live. */
  find(path: string): { publication: Publication } | undefined;
}

/** The parts of a push that the detector uses. */
export interface TrackedPush {
  readonly id: string;
  /** The path of its stream. */
  readonly stream: string;
  /** The host of the other server, without a port. */
  readonly host: string;
  /** Whether it is connected. */
  readonly isLive: boolean;
  /** Called when its stream came back: certainly by this push, or possibly by another one. */
  loopDetected(description: string, isCertain: boolean): void;
}

/** The frames of one path that relays were sent, from publishers and from a pull. */
interface SentStream {
  published: SentFrames;
  pulled: SentFrames;
}

/** Tracks the relays of a server, and refuses streams that would form a loop. */
export class LoopDetector {
  readonly #streams: LiveStreams;
  readonly #pushes = new Map<string, TrackedPush>();
  /** The path of each pull, by its id. */
  readonly #pulls = new Map<string, string>();
  /** The relay ids that players of a path announced, by the path. */
  readonly #players = new Map<string, Set<readonly string[]>>();
  /** The frames that relays were sent, by the path. */
  readonly #sent = new Map<string, SentStream>();

  constructor(streams: LiveStreams) {
    this.#streams = streams;
  }

  /** Tracks a push until the returned function is called. */
  addPush(push: TrackedPush): () => void {
    this.#pushes.set(push.id, push);
    return () => this.#pushes.delete(push.id);
  }

  /** Tracks a pull until the returned function is called. */
  addPull(id: string, path: string): () => void {
    this.#pulls.set(id, path);
    return () => this.#pulls.delete(id);
  }

  /** Tracks a player until `ended` settles, if it is a relay. */
  addPlayer({ path, via = [] }: StreamRequest, ended: Promise<unknown>): void {
    if (via.length === 0) return;
    const players = this.#players.get(path) ?? new Set();
    this.#players.set(path, players.add(via));
    ended.finally(() => {
      players.delete(via);
      if (players.size === 0 && this.#players.get(path) === players) this.#players.delete(path);
    });
  }

  /** Returns a filter for a relay's subscription that remembers each sent tag. */
  recordSent(path: string): (tag: FlvTag, kind: MediaKind) => FlvTag {
    for (const [other, sent] of this.#sent) if (isEmpty(sent)) this.#sent.delete(other);
    return (tag, kind) => {
      let sent = this.#sent.get(path);
      if (!sent) {
        sent = { published: new SentFrames(), pulled: new SentFrames() };
        this.#sent.set(path, sent);
      }
      const isPulled = this.#streams.find(path)?.publication.relayed === true;
      (isPulled ? sent.pulled : sent.published).add(tag, kind);
      return tag;
    };
  }

  /** The ids of relays that the stream of a path has passed, which a push has to announce. */
  relaysBefore(path: string): readonly string[] {
    return this.#streams.find(path)?.publication.via ?? [];
  }

  /**
   * The ids of relays that wait for the stream of a path, which a pull has to announce. If there are
   * too many, as with many edge servers, the rest is left out.
   */
  relaysWaitingFor(path: string): readonly string[] {
    return [...this.#waiting(path)].slice(0, MAX_VIA - 1);
  }

  /** The refusal for a relay whose publish or play would form a loop. */
  refusal({ kind, path, via = [] }: StreamRequest): Refusal | undefined {
    if (via.length === 0) return undefined;
    return kind === "publish" ? this.#publishRefusal(path, via) : this.#playRefusal(path, via);
  }

  /**
   * The inspection of a publication's first frames, if relays were recently sent its path. The
   * publication must not begin with those frames, nor take the name from a publisher that is sending.
   * Exceptions:
   *
   * - An encoder may begin with the same clip if the previous encoder is not sending.
   * - A relay that reconnects, and a pull, may repeat frames.
   * - A connection may replace its own publication.
   *
   * @param silence Returns how long the publisher with this name has been silent, in milliseconds.
   */
  inspection(request: StreamRequest, silence: () => number | undefined): Inspection | undefined {
    const sent = this.#sent.get(request.path);
    if (!sent || isEmpty(sent)) return undefined;
    const wasSent = (tag: Pick<FlvTag, "type" | "data">) =>
      sent.published.has(tag) || !request.relayed && sent.pulled.has(tag);
    let matches = 0;
    return (tag) => {
      if (!isFrame(tag)) return undefined;
      const isContested = this.#isContested(request, silence());
      if (!request.relayed && !isContested) return true;
      if (!wasSent(tag)) return request.relayed || nameTaken(request.path);
      matches++;
      const isDistinctive = tag.type === "video" && tag.data.length >= DISTINCTIVE_BYTES;
      return isDistinctive || matches >= MIN_MATCHING_FRAMES
        ? this.#refuseLoop(request)
        : undefined;
    };
  }

  /** Whether a name would be taken from another publisher that is sending. */
  #isContested(
    { path, connection, via = [] }: StreamRequest,
    silence: number | undefined,
  ): boolean {
    if (silence === undefined || silence > PAUSED_AFTER) return false;
    const holder = this.#streams.find(path)?.publication;
    const isSame = connection !== undefined && holder?.connection === connection;
    return !isSame && !(via.length > 0 && holder?.via.join() === via.join());
  }

  /** Refuses a publication that came back from this server, and stops the push that sent it. */
  #refuseLoop({ path, remoteAddr, relayed }: StreamRequest): Refusal {
    const refusal = loopRefusal(path);
    if (relayed) return refusal;
    const live = [...this.#pushes.values()].filter((push) => push.stream === path && push.isLive);
    const near = live.filter(({ host }) => host === hostOf(remoteAddr));
    const [only] = live.length === 1 ? live : near.length === 1 ? near : [];
    for (const push of only ? [only] : live) {
      push.loopDetected(
        `${refusal.description}, and came back from ${hostOf(remoteAddr)}`,
        push === only,
      );
    }
    return refusal;
  }

  #publishRefusal(path: string, via: readonly string[]): Refusal | undefined {
    const waiting = this.#waiting(path);
    const isLoop = via.some((id) => this.#pushes.get(id)?.stream === path || waiting.has(id));
    if (isLoop) return loopRefusal(path);
    if (via.length <= MAX_VIA) return undefined;
    const description = `This stream has passed more than ${MAX_VIA} relays`;
    return { code: StatusCode.PublishLoop, description };
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

  /** Whether a path has a publication that is not a pull. */
  #isPublished(path: string): boolean {
    const publication = this.#streams.find(path)?.publication;
    return publication !== undefined && !publication.relayed;
  }
}

function isEmpty({ published, pulled }: SentStream): boolean {
  return published.isEmpty && pulled.isEmpty;
}

function nameTaken(path: string): Refusal {
  const description =
    `Another publisher is sending ${path}, which is sent on from this server: end that one first`;
  return { description };
}

function loopRefusal(path: string): Refusal {
  const description = `This stream comes from here: ${path} was sent on from this server`;
  return { code: StatusCode.PublishLoop, description };
}
