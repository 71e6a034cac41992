// @ts-check
/**
 * The kinds of media that really arrive. Media Source Extensions wait for every kind of the header,
 * and accept no other kind later. So the player must not rely on the kinds that the server announces.
 *
 * @module
 */

/** @typedef {import("../types.ts").Kind} Kind */
/** @typedef {import("../types.ts").Media} Media */

/** How long one kind of media may pause while the other continues, in milliseconds. */
const MAX_PAUSE = 1_500;

/** How long a kind may pause, in multiples of its longest step: some frames are always far apart. */
const MAX_PAUSE_STEPS = 3;

/** How long after the start the server may send old frames from its cache, in milliseconds. */
const BACKLOG_TIME = 2_000;

/**
 * What is known of one kind of media; times are in milliseconds.
 *
 * @typedef {object} Track
 * @property {number} time The encoder's time of its last frame.
 * @property {number} continued That time on a clock that does not jump.
 * @property {number} at When that frame arrived.
 * @property {number} step The longest time between two of its frames.
 * @property {number} since When it began to flow.
 */

/** Tracks the frames of a stream. */
export class Tracks {
  /**
   * The kinds that are played; `undefined` until that is decided.
   *
   * @type {Set<Kind> | undefined}
   */
  playing;
  /** @type {Map<Kind, Track>} */
  #tracks = new Map();
  #absent;
  #lateness;
  #startedAt;

  /**
   * @param {object} options
   * @param {Map<Kind, number>} options.absent Kinds that had stopped, each with the encoder's time of
   * its last frame: the server may send those frames once more.
   * @param {number} options.lateness For how long a kind that is not played has to flow before it is
   * worth an interruption, in milliseconds.
   * @param {number} now
   */
  constructor({ absent, lateness }, now) {
    this.#absent = new Map(absent);
    this.#lateness = lateness;
    this.#startedAt = now;
  }

  /**
   * Notes a frame.
   *
   * @param {Media} frame
   * @param {number} continued Its time on a clock that does not jump.
   * @param {number} now
   */
  add({ kind, time }, continued, now) {
    const last = this.#tracks.get(kind);
    const pause = last ? continued - last.continued : 0;
    const since = last && now - last.at < MAX_PAUSE ? last.since : now;
    const step = Math.max(last?.step ?? 0, pause);
    this.#tracks.set(kind, { time, continued, at: now, step, since });
  }

  /**
   * Whether the server had already sent a frame before its kind stopped.
   *
   * @param {Media} frame
   * @param {number} now
   * @returns {boolean}
   */
  isOld({ kind, time }, now) {
    const last = this.#absent.get(kind);
    if (last === undefined) return false;
    if (time <= last && now - this.#startedAt < BACKLOG_TIME) return true;
    this.#absent.delete(kind);
    return false;
  }

  /**
   * Whether a frame of this kind has arrived.
   *
   * @param {Kind} kind
   * @returns {boolean}
   */
  hasArrived(kind) {
    return this.#tracks.has(kind);
  }

  /**
   * Whether all announced kinds have arrived.
   *
   * @param {Kind[]} announced
   * @returns {boolean}
   */
  hasAll(announced) {
    return announced.every((kind) => this.hasArrived(kind) || this.#absent.has(kind));
  }

  /** Decides to play the kinds that have arrived. */
  begin() {
    this.playing = new Set(this.#tracks.keys());
  }

  /**
   * Whether a kind that is not played has arrived for long enough.
   *
   * @param {Kind} kind
   * @param {number} now
   * @returns {boolean}
   */
  hasReturned(kind, now) {
    const track = this.#tracks.get(kind);
    return !this.playing?.has(kind) && track !== undefined && now - track.since >= this.#lateness;
  }

  /**
   * The kinds that have stopped while the other kind continues, including those that stopped before,
   * each with the encoder's time of its last frame.
   *
   * @param {number} now
   * @returns {Map<Kind, number>}
   */
  absent(now) {
    const newest = Math.max(...Array.from(this.#tracks.values(), ({ continued }) => continued));
    const absent = new Map(this.#absent);
    for (const [kind, { time, continued, at, step }] of this.#tracks) {
      const allowed = Math.max(MAX_PAUSE, MAX_PAUSE_STEPS * step);
      if (now - at > allowed && newest - continued > allowed) absent.set(kind, time);
    }
    return absent;
  }

  /**
   * Whether a kind that is played has stopped.
   *
   * @param {number} now
   * @returns {boolean}
   */
  anyStopped(now) {
    const absent = this.absent(now);
    return this.playing !== undefined && [...this.playing].some((kind) => absent.has(kind));
  }
}
