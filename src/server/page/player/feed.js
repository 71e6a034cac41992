// @ts-check
/// <reference lib="dom" />
/**
 * What mpegts.js is fed with: one stream from its server as clean FLV, with the kinds of media that
 * really flow, times that never jump, and one configuration a kind. When any of that has to change it
 * says so, for the player to begin anew.
 *
 * @module
 */

import { Connection } from "./connection.js";
import { flvHeader, FlvReader, flvTag, joined } from "./flv_reader.js";
import { LiveClock } from "./live_clock.js";
import { readMedia } from "./media.js";
import { Tracks } from "./tracks.js";

/** @typedef {import("../types.ts").Kind} Kind */
/** @typedef {import("../types.ts").Media} Media */

/** How long a kind that was announced is waited for, in milliseconds. */
const PATIENCE = 1_000;

/** Bytes of media that may wait meanwhile. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/** The codec whose frames say all that a decoder has to know. */
const WITHOUT_CONFIGURATION = ".mp3";

/**
 * @typedef {object} FeedHandlers
 * @property {() => void} onBegin The kinds of media are known: something can be shown.
 * @property {(absent: Map<Kind, number>) => void} onChange What is sent does not suit any more what
 * was begun with; `absent` is for the feed that follows.
 * @property {(problem: string | undefined) => void} onEnd The server sends no more.
 */

/** A connection to a stream, and what is made of its bytes. */
export class Feed {
  /** When the last tag arrived, by `performance.now()`. */
  lastTagAt = -Infinity;
  /** Frames of video that were given to mpegts.js. */
  videoFrames = 0;
  #handlers;
  #canPlay;
  #connection;
  #reader = new FlvReader((kind, data, time) => this.#take(kind, data, time));
  #clock = new LiveClock();
  #tracks;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #patience;
  /**
   * What has arrived before it is decided what is played.
   *
   * @type {{ media: Media, time: number }[]}
   */
  #waiting = [];
  #waitingBytes = 0;
  /**
   * The configuration that mpegts.js has of each kind.
   *
   * @type {Map<Kind, Media>}
   */
  #configurations = new Map();
  /**
   * Kinds whose configuration is another one now.
   *
   * @type {Set<Kind>}
   */
  #changed = new Set();
  /** @type {Set<Kind>} */
  #known = new Set();
  /** @type {Uint8Array<ArrayBuffer>[]} */
  #output = [];
  /** @type {((bytes: Uint8Array<ArrayBuffer>) => void) | undefined} */
  #write;
  /** @type {(() => void) | undefined} */
  #complete;
  #hasHeader = false;
  #isOver = false;
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

  /** The kinds that have stopped, for the feed that follows. */
  get absent() {
    return this.#tracks.absent(performance.now());
  }

  /**
   * Gives everything from the beginning on.
   *
   * @param {(bytes: Uint8Array<ArrayBuffer>) => void} write
   * @param {() => void} complete
   */
  attach(write, complete) {
    this.#write = write;
    this.#complete = complete;
    for (const bytes of this.#output.splice(0)) write(bytes);
    if (this.#isOver) complete();
  }

  /** Ends it from here. */
  close() {
    this.#isClosed = true;
    clearTimeout(this.#patience);
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
    clearTimeout(this.#patience);
    this.#isOver = true;
    this.#complete?.();
    this.#handlers.onEnd(problem);
  }

  /**
   * Takes what the server has sent: as long as it is not known which kinds flow it waits.
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
    if (media.isConfiguration) {
      this.#known.add(kind);
      return this.#tracks.playing ? this.#give(media, 0) : this.#wait(media, 0);
    }
    if (this.#tracks.isOld(media, now) || !this.#canBegin(media)) return;
    const continued = this.#clock.continue(kind, time);
    this.#tracks.add(media, continued, now);
    if (!this.#tracks.playing) return this.#wait(media, continued);
    if (this.#tracks.lacksOne(now)) return this.#change();
    if (this.#tracks.playing.has(kind)) return this.#give(media, continued);
    const isUseful = kind === "audio" || media.isKeyframe;
    if (isUseful && this.#tracks.isLate(kind, now)) this.#change();
  }

  /** Whether a frame can be decoded with what has arrived before it. @param {Media} frame */
  #canBegin({ kind, codec, isKeyframe }) {
    if (codec === WITHOUT_CONFIGURATION) return true;
    if (!this.#known.has(kind)) return false;
    return kind === "audio" || isKeyframe || this.#tracks.flows(kind);
  }

  /**
   * @param {Media} media
   * @param {number} time
   */
  #wait(media, time) {
    this.#waiting.push({ media, time });
    this.#waitingBytes += media.data.length;
    if (media.isConfiguration) return;
    const hasAll = this.#tracks.haveAll(this.#reader.announced ?? []);
    if (hasAll || this.#waitingBytes > MAX_WAITING_BYTES) return this.#begin();
    this.#patience ??= setTimeout(() => this.#begin(), PATIENCE);
  }

  #begin() {
    clearTimeout(this.#patience);
    this.#tracks.begin();
    if (this.kinds.size === 0) return;
    this.#handlers.onBegin();
    for (const { media, time } of this.#waiting.splice(0)) {
      if (this.kinds.has(media.kind)) this.#give(media, time);
    }
  }

  #change() {
    const { absent } = this;
    this.close();
    this.#handlers.onChange(absent);
  }

  /**
   * Gives a tag to mpegts.js. After another configuration the next keyframe is where to begin anew.
   *
   * @param {Media} media
   * @param {number} time
   */
  #give(media, time) {
    if (this.#isClosed) return;
    const { kind, codec, isConfiguration, isKeyframe } = media;
    const before = this.#configurations.get(kind);
    if (isConfiguration && before && isSame(before, media)) return;
    if (before && (isConfiguration || before.codec !== codec)) this.#changed.add(kind);
    const isBeginning = isKeyframe || (!this.kinds.has("video") && !isConfiguration);
    if (this.#changed.size > 0 && isBeginning) return this.#change();
    // Sound of the same codec goes on meanwhile.
    if (this.#changed.has(kind) && (kind === "video" || before?.codec !== codec)) return;
    if (isConfiguration || !before) this.#configurations.set(kind, media);
    if (kind === "video" && !isConfiguration) this.videoFrames++;
    this.#put(media, time);
  }

  /**
   * @param {Media} media
   * @param {number} time
   */
  #put({ kind, data }, time) {
    const tag = flvTag(kind, data, time);
    // mpegts.js wants the header together with a tag.
    const bytes = this.#hasHeader ? tag : joined(flvHeader(this.kinds), tag);
    this.#hasHeader = true;
    if (this.#write) this.#write(bytes);
    else this.#output.push(bytes);
  }
}

/**
 * @param {Media} a
 * @param {Media} b
 */
function isSame(a, b) {
  return a.codec === b.codec && a.data.length === b.data.length &&
    a.data.every((byte, index) => byte === b.data[index]);
}
