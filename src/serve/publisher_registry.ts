/**
 * Which publication has which name.
 *
 * It is decided here, for every protocol, before the application hears of a publication. What is live
 * at the server program, and who consumes it, belongs to its `server/streams/stream_registry.ts`.
 *
 * @module
 */

import type { Clock } from "../time/clock.ts";
import type { Publication } from "../publication/publication.ts";
import type { Refusal } from "../publication/refusal.ts";
import { hostOf } from "../net/address.ts";

/** A publisher that has been silent for so long may be a ghost, in milliseconds. */
const STALE_AFTER = 5_000;

/** A publisher that has been silent for so long is not sending, in milliseconds. */
const PAUSED_AFTER = 1_000;

/**
 * For how long a name that was taken from a publisher which was sending is not given back, in
 * milliseconds: encoders that have lost their name try again within it.
 */
const CONTEST_TIME = 30_000;

/** A publication that has its name, or asks for it. */
interface NamedPublication {
  publication: Publication;
  /** For how long the publisher has been waited for, in milliseconds. */
  silence: () => number;
  /** Set if the name was taken from a publisher which was sending. */
  contest?: Contest;
}

/** Two encoders that publish under one name, by the clock. */
interface Contest {
  since: number;
  until: number;
}

/** The names that are taken. A publisher that reconnects must not meet its own ghost. */
export class PublisherRegistry {
  readonly #holders = new Map<string, NamedPublication>();
  readonly #clock: Clock;

  /** @param clock Measures how long a name is not given back. */
  constructor(clock: Clock = performance) {
    this.#clock = clock;
  }

  /** The publications that go on now. */
  get publications(): Publication[] {
    return Array.from(this.#holders.values(), ({ publication }) => publication);
  }

  /** For how long the publisher of a path has been waited for, in milliseconds; nothing without one. */
  silenceOf(path: string): number | undefined {
    return this.#holders.get(path)?.silence();
  }

  /**
   * Gives the publication its name until it has ended, or says why not. Of a name that is taken:
   *
   * - A publisher displaces a stream that is pulled, and is displaced by none.
   * - A holder that has been silent for 5 s loses it.
   * - A newcomer from the same address with the same parameters gets it at once. If that was taken
   *   from a publisher which was sending, it stays with the newcomer as long as that sends, for 30 s
   *   and as long as others have tried: two encoders with one name do not take it from each other.
   *
   * @param silence For how long the publisher has been waited for, in milliseconds.
   * @param decide Says whether the newcomer takes over; `undefined` leaves it to these rules.
   */
  claim(
    publication: Publication,
    silence: () => number,
    decide: (holder: Publication) => boolean | undefined = () => undefined,
  ): Refusal | undefined {
    const { path } = publication;
    const newcomer: NamedPublication = { publication, silence };
    const holder = this.#holders.get(path);
    if (holder) {
      const decision = decide(holder.publication);
      const reason = decision === undefined
        ? reasonToRefuse(holder, publication, this.#clock.now())
        : decision
        ? undefined
        : alreadyPublished(path);
      if (reason !== undefined) return { description: reason };
      if (isContested(holder, publication)) {
        const now = this.#clock.now();
        newcomer.contest = { since: now, until: now + CONTEST_TIME };
      }
      holder.publication.close("Another publisher has taken over this name");
    }
    this.#holders.set(path, newcomer);
    publication.closed.then(() => {
      if (this.#holders.get(path) === newcomer) this.#holders.delete(path);
    });
    return undefined;
  }
}

function reasonToRefuse(
  holder: NamedPublication,
  newcomer: Publication,
  now: number,
): string | undefined {
  const { publication, contest } = holder;
  const { path } = newcomer;
  if (newcomer.relayed !== publication.relayed) {
    return publication.relayed ? undefined : alreadyPublished(path);
  }
  const silence = holder.silence();
  if (silence >= STALE_AFTER) return undefined;
  if (!isSamePublisher(publication, newcomer)) return alreadyPublished(path);
  if (silence >= PAUSED_AFTER || isSameConnection(publication, newcomer)) return undefined;
  if (!contest || now >= contest.until) return undefined;
  // Encoders wait longer with each try: the next one comes within as long as they have tried.
  contest.until = now + Math.max(CONTEST_TIME, now - contest.since);
  return `Two encoders publish ${path}, and the one that began last has it: ` +
    "stop one of them, or give it another name";
}

function alreadyPublished(path: string): string {
  return `Another publisher is already publishing ${path}`;
}

/** Whether the newcomer takes the name from a publisher which was sending, and may want it back. */
function isContested({ publication, silence }: NamedPublication, newcomer: Publication): boolean {
  const { videoFrames, audioFrames } = publication.ledger.received;
  return !publication.relayed && videoFrames + audioFrames > 0 && silence() < PAUSED_AFTER &&
    isSamePublisher(publication, newcomer) && !isSameConnection(publication, newcomer);
}

function isSamePublisher(a: Publication, b: Publication): boolean {
  return hostOf(a.remoteAddr) === hostOf(b.remoteAddr) &&
    sorted(a.params) === sorted(b.params);
}

function isSameConnection(a: Publication, b: Publication): boolean {
  return a.connection !== undefined && a.connection === b.connection;
}

function sorted(params: URLSearchParams): string {
  const copy = new URLSearchParams(params);
  copy.sort();
  return copy.toString();
}
