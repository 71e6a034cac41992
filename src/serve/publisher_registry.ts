/**
 * The registry of names and their publications.
 *
 * It decides who gets a name, for every protocol, before the application gets the publication. The
 * server program keeps its live streams and their consumers in `server/streams/stream_registry.ts`.
 *
 * @module
 */

import type { Clock } from "../time/clock.ts";
import type { Publication } from "../publication/publication.ts";
import type { Refusal } from "../publication/refusal.ts";
import { hostOf } from "../net/address.ts";
import { waitedSince } from "../time/standstill.ts";

/** Silence after which a publisher may have lost its connection, in milliseconds. */
const STALE_AFTER = 5_000;

/** Silence after which a publisher counts as not sending, in milliseconds. */
const PAUSED_AFTER = 1_000;

/**
 * How long a name that was taken from a sending publisher stays with its new holder, in milliseconds.
 * Encoders that have lost their name retry within this time.
 */
const CONTEST_TIME = 30_000;

/** A publication that has a name, or asks for one. */
interface NamedPublication {
  publication: Publication;
  /** Returns how long the server has waited for the publisher, in milliseconds. */
  silence: () => number;
  /** Set if the name was taken from a publisher that was sending. */
  contest?: Contest;
}

/** A contest of two encoders for one name, by the clock. */
interface Contest {
  since: number;
  /** When the former holder last asked for the name. */
  askedAt: number;
  /** For how long after that the holder keeps it. */
  time: number;
}

/** The names in use. A publisher that reconnects must not be refused for its own lost connection. */
export class PublisherRegistry {
  readonly #holders = new Map<string, NamedPublication>();
  readonly #clock: Clock;

  /** @param clock Measures contests. */
  constructor(clock: Clock = performance) {
    this.#clock = clock;
  }

  /** The current publications. */
  get publications(): Publication[] {
    return Array.from(this.#holders.values(), ({ publication }) => publication);
  }

  /** How long the server has waited for the publisher of a path, in milliseconds, if there is one. */
  silenceOf(path: string): number | undefined {
    return this.#holders.get(path)?.silence();
  }

  /**
   * Gives the publication its name until it has ended, or returns a refusal. If the name has a
   * holder:
   *
   * - A publisher takes over from a pull; a pull takes over from no publisher.
   * - A holder that has been silent for 5 s loses the name.
   * - A newcomer from the same address with the same parameters gets the name at once. If the holder
   *   was sending, the newcomer then keeps the name while it sends: for 30 s, and longer while the
   *   former holder retries. So two encoders with one name do not take it from each other in turn.
   *
   * @param silence Returns how long the server has waited for the publisher, in milliseconds.
   * @param decide Decides whether the newcomer takes over; `undefined` leaves it to these rules.
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
        ? reasonToRefuse(holder, publication, this.#clock)
        : decision
        ? undefined
        : alreadyPublished(path);
      if (reason !== undefined) return { description: reason };
      if (isContested(holder, publication)) {
        const now = this.#clock.now();
        newcomer.contest = { since: now, askedAt: now, time: CONTEST_TIME };
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
  clock: Clock,
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
  if (!contest || waitedSince(contest.askedAt, clock) >= contest.time) return undefined;
  // Encoders wait longer before each retry, but no longer than they have been retrying so far.
  const now = contest.askedAt = clock.now();
  contest.time = Math.max(CONTEST_TIME, now - contest.since);
  return `Two encoders publish ${path}, and the one that began last has it: ` +
    "stop one of them, or give it another name";
}

function alreadyPublished(path: string): string {
  return `Another publisher is already publishing ${path}`;
}

/** Whether the newcomer takes the name from a publisher that was sending and may retry. */
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
