// @ts-check
/// <reference lib="dom" />
/**
 * The feed of mpegts.js: a stream of the server as clean FLV. It has only the kinds of media that
 * really arrive, timestamps that never jump, and one configuration per kind. When one of these has
 * to change, the feed asks the player to restart.
 *
 * @module
 */

import { Configurations } from "./configurations.js";
import { Connection } from "./connection.js";
import { FlvOutput } from "./flv_output.js";
import { FlvReader } from "./flv_reader.js";
import { LiveClock } from "./live_clock.js";
import { readMedia } from "./media.js";
import { Tracks } from "./tracks.js";

/** @typedef {import("../types.ts").Kind} Kind */
/** @typedef {import("../types.ts").Media} Media */

/** How long the feed waits for an announced kind of media, in milliseconds. */
const FIRST_FRAMES_TIMEOUT = 1_000;

/** The most media that waits meanwhile, in bytes. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/**
 * @typedef {object} FeedHandlers
 * @property {() => void} onBegin The kinds of media are known: something can be shown.
 * @property {(absent: Map<Kind, number>) => void} onChange What is sent does not suit any more what
 * was begun with; `absent` is for the feed that follows.
 * @property {(problem: string | undefined) => void} onEnd The server sends no more.
 */

/**
 * What decodes a kind of media: a codec, and its configuration if it has one.
 *
 * @typedef {{ codec: string, configuration: Media | undefined }} DecoderSetup
 */

/**
 * A frame, the configuration that it needs, and its time on a clock that does not jump.
 *
 * @typedef {{ frame: Media, configuration: Media | undefined, time: number }} Arrival
 */

/** A connection to a stream, and the FLV made of its bytes. */
export class Feed {
  /** When the last tag arrived, by `performance.now()`. */
  lastTagAt = -Infinity;
  /** Video frames passed to mpegts.js. */
  videoFrames = 0;
  #handlers;
  #canPlay;
  #connection;
  #reader = new FlvReader((kind, data, time) => this.#take(kind, data, time));
  #clock = new LiveClock();
  #tracks;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #startTimer;
  /**
   * Frames that arrived before the kinds to play are known.
   *
   * @type {Arrival[]}
   */
  #waiting = [];
  #waitingBytes = 0;
  #configurations = new Configurations();
  /**
   * The codec and configuration that mpegts.js has for each kind.
   *
   * @type {Map<Kind, DecoderSetup>}
   */
  #given = new Map();
  /**
   * The kinds whose codec or configuration has changed.
   *
   * @type {Set<Kind>}
   */
  #changed = new Set();
  #output = new FlvOutput();
  #isClosed = false;

  /**
   * @param {URL} url Of the stream over HTTP.
   * @param {object} options
   * @param {boolean} options.usesWebSocket
   * @param {(codec: string) => boolean} options.canPlay
   * @param {Map<Kind, number>} options.absent As {@linkcode FeedHandlers.onChange} has given it.
   * @param {number} options.lateness For how long a kind that is not played has to flow before it is
   * worth an interruption, in milliseconds.
   * @param {FeedHandlers} handlers
   */
  constructor(url, { usesWebSocket, canPlay, absent, lateness }, handlers) {
    this.#handlers = handlers;
    this.#canPlay = canPlay;
    this.#tracks = new Tracks({ absent, lateness }, performance.now());
    this.#connection = new Connection(url, {
      onBytes: (bytes) => this.#receive(bytes),
      onEnd: (problem) => this.#end(problem),
    });
    if (usesWebSocket) this.#connection.openWebSocket();
    else this.#connection.openHttp();
  }

  /** Whether anything has arrived. */
  get hasBegun() {
    return this.lastTagAt > 0;
  }

  /**
   * The kinds of media that are played.
   *
   * @returns {Set<Kind>}
   */
  get kinds() {
    return this.#tracks.playing ?? new Set();
  }

  /** Whether its bytes come over a WebSocket. */
  get usesWebSocket() {
    return this.#connection.usesWebSocket;
  }

  /** The kinds that have stopped, for the next feed. */
  get absent() {
    return this.#tracks.absent(performance.now());
  }

  /**
   * Writes the FLV from its beginning.
   *
   * @param {(bytes: Uint8Array<ArrayBuffer>) => void} write
   * @param {() => void} complete
   */
  attach(write, complete) {
    this.#output.attach(write, complete);
  }

  /** Closes the feed. */
  close() {
    this.#isClosed = true;
    clearTimeout(this.#startTimer);
    this.#connection.close();
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes */
  #receive(bytes) {
    try {
      this.#reader.add(bytes);
    } catch (error) {
      this.#connection.close();
      this.#end(/** @type {Error} */ (error).message);
    }
  }

  /** @param {string | undefined} problem */
  #end(problem) {
    if (this.#isClosed) return;
    if (this.#waiting.length > 0) this.#begin();
    clearTimeout(this.#startTimer);
    this.#output.end();
    this.#handlers.onEnd(problem);
  }

  /**
   * Processes a tag of the server. It waits until the arriving kinds of media are known.
   *
   * @param {Kind} kind
   * @param {Uint8Array<ArrayBuffer>} data
   * @param {number} time
   */
  #take(kind, data, time) {
    const now = performance.now();
    this.lastTagAt = now;
    if (this.#isClosed) return;
    const media = readMedia(kind, data, time);
    if (!media || !this.#canPlay(media.codec)) return;
    if (media.isConfiguration) return this.#configurations.add(media);
    const decoder = this.#configurations.of(media);
    if (!decoder) return;
    if (kind === "video" && !media.isKeyframe && !this.#tracks.hasArrived(kind)) return;
    if (this.#tracks.isOld(media, now)) return;
    const continued = this.#clock.continue(kind, time);
    this.#tracks.add(media, continued, now);
    const arrival = { frame: media, ...decoder, time: continued };
    if (!this.#tracks.playing) return this.#wait(arrival);
    if (this.#tracks.anyStopped(now)) return this.#change();
    if (this.#tracks.playing.has(kind)) return this.#give(arrival);
    const isUseful = kind === "audio" || media.isKeyframe;
    if (isUseful && this.#tracks.hasReturned(kind, now)) this.#change();
  }

  /** @param {Arrival} arrival */
  #wait(arrival) {
    this.#waiting.push(arrival);
    this.#waitingBytes += arrival.frame.data.length;
    const hasAll = this.#tracks.hasAll(this.#reader.announced ?? []);
    if (hasAll || this.#waitingBytes > MAX_WAITING_BYTES) return this.#begin();
    this.#startTimer ??= setTimeout(() => this.#begin(), FIRST_FRAMES_TIMEOUT);
  }

  #begin() {
    clearTimeout(this.#startTimer);
    this.#tracks.begin();
    this.#handlers.onBegin();
    for (const arrival of this.#waiting.splice(0)) this.#give(arrival);
  }

  #change() {
    const { absent } = this;
    this.close();
    this.#handlers.onChange(absent);
  }

  /**
   * Passes a frame to mpegts.js. After a change of configuration the player restarts at the next
   * keyframe.
   *
   * @param {Arrival} arrival
   */
  #give({ frame, configuration, time }) {
    if (this.#isClosed) return;
    const { kind, codec } = frame;
    const given = this.#given.get(kind);
    const hasChanged = given?.codec !== codec || given.configuration !== configuration;
    if (given && hasChanged) this.#changed.add(kind);
    const isBeginning = frame.isKeyframe || !this.kinds.has("video");
    if (this.#changed.size > 0 && isBeginning) return this.#change();
    // Audio of the same codec continues until then.
    if (this.#changed.has(kind) && (kind === "video" || given?.codec !== codec)) return;
    if (hasChanged) {
      this.#given.set(kind, { codec, configuration });
      if (configuration) this.#output.put(configuration, time, this.kinds);
    }
    if (kind === "video") this.videoFrames++;
    this.#output.put(frame, time, this.kinds);
  }
}
