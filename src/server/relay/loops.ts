/**
 * Detection of loops: streams that come back to the server that relays them.
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

/** Bytes of a video frame that can be told from all others by its content. */
const TELLING_BYTES = 64;

/**
 * Frames in a row that were sent from here, if none of them tells by itself: silence is all alike.
 */
const TELLING_FRAMES = 16;

/** Where to look up what is published now. */
export interface LiveStreams {
  /** The stream of this path, if it is live. */
  find(path: string): { publication: Publication } | undefined;
}

/** What of a push is needed here. */
export interface KnownPush {
  readonly id: string;
  /** The path of its stream. */
  readonly stream: string;
  /** Where it leads, without a port. */
  readonly host: string;
  /** Whether it is connected. */
  readonly isLive: boolean;
  /** Its stream has come back: by this push for certain, or perhaps by another one. */
  cameBack(description: string, isCertain: boolean): void;
}

/** What relays have been sent of one path: of publishers, and of a pull. */
interface SentStream {
  published: SentFrames;
  pulled: SentFrames;
}

/** Knows the relays of a server, and refuses what would go round. */
export class Loops {
  readonly #streams: LiveStreams;
  readonly #pushes = new Map<string, KnownPush>();
  /** The path of each pull, by its id. */
  readonly #pulls = new Map<string, string>();
  /** What the relays of other servers that play a path have passed, by the path. */
  readonly #players = new Map<string, Set<readonly string[]>>();
  /** What relays have been sent, by the path. */
  readonly #sent = new Map<string, SentStream>();

  constructor(streams: LiveStreams) {
    this.#streams = streams;
  }

  /** Knows a push until the function that it returns is called. */
  addPush(push: KnownPush): () => void {
    this.#pushes.set(push.id, push);
    return () => this.#pushes.delete(push.id);
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

  /** Notes each tag that a relay is given, for the filter of its subscription. */
  noteSent(path: string): (tag: FlvTag, kind: MediaKind) => FlvTag {
    for (const [other, sent] of this.#sent) if (isForgotten(sent)) this.#sent.delete(other);
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

  /**
   * What the first frames of a publication are inspected by, if relays have been sent its path
   * lately. It may not begin with what they were sent, nor take the name from a publisher that is
   * sending, with these exceptions:
   *
   * - An encoder that follows one which is not sending may begin with the same clip.
   * - A relay that connects again, and a pull, may send again what it has sent before.
   * - What a connection publishes may follow what it has published.
   *
   * @param silence For how long the publisher that has the name has been silent, in milliseconds.
   */
  inspection(request: StreamRequest, silence: () => number | undefined): Inspection | undefined {
    const sent = this.#sent.get(request.path);
    if (!sent || isForgotten(sent)) return undefined;
    const isKnown = (tag: Pick<FlvTag, "type" | "data">) =>
      sent.published.has(tag) || !request.relayed && sent.pulled.has(tag);
    let known = 0;
    return (tag) => {
      if (!isFrame(tag)) return undefined;
      const isContested = this.#isContested(request, silence());
      if (!request.relayed && !isContested) return true;
      if (!isKnown(tag)) return request.relayed || taken(request.path);
      known++;
      const tells = tag.type === "video" && tag.data.length >= TELLING_BYTES;
      return tells || known >= TELLING_FRAMES ? this.#comesBack(request) : undefined;
    };
  }

  /** Whether a name is to be taken from a publisher that is sending, and not by the same relay. */
  #isContested(
    { path, connection, via = [] }: StreamRequest,
    silence: number | undefined,
  ): boolean {
    if (silence === undefined || silence > PAUSED_AFTER) return false;
    const holder = this.#streams.find(path)?.publication;
    const isSame = connection !== undefined && holder?.connection === connection;
    return !isSame && !(via.length > 0 && holder?.via.join() === via.join());
  }

  /** What is published was sent from here: the push that led there is set aside. */
  #comesBack({ path, remoteAddr, relayed }: StreamRequest): Refusal {
    const refusal = comesFromHere(path);
    if (relayed) return refusal;
    const live = [...this.#pushes.values()].filter((push) => push.stream === path && push.isLive);
    const near = live.filter(({ host }) => host === hostOf(remoteAddr));
    const [only] = live.length === 1 ? live : near.length === 1 ? near : [];
    for (const push of only ? [only] : live) {
      push.cameBack(
        `${refusal.description}, and came back from ${hostOf(remoteAddr)}`,
        push === only,
      );
    }
    return refusal;
  }

  #publishRefusal(path: string, via: readonly string[]): Refusal | undefined {
    const waiting = this.#waiting(path);
    const isOurs = via.some((id) => this.#pushes.get(id)?.stream === path || waiting.has(id));
    if (isOurs) return comesFromHere(path);
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

  /** Whether a path is published otherwise than by a pull. */
  #isPublished(path: string): boolean {
    const publication = this.#streams.find(path)?.publication;
    return publication !== undefined && !publication.relayed;
  }
}

function isForgotten({ published, pulled }: SentStream): boolean {
  return published.isEmpty && pulled.isEmpty;
}

function taken(path: string): Refusal {
  const description =
    `Another publisher is sending ${path}, which is sent on from this server: end that one first`;
  return { description };
}

function comesFromHere(path: string): Refusal {
  const description = `This stream comes from here: ${path} was sent on from this server`;
  return { code: StatusCode.PublishLoop, description };
}
