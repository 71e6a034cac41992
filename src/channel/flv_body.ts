/**
 * A live stream as the bytes of an FLV file, for a viewer that begins now.
 *
 * @module
 */

import type { FlvTag } from "../flv/flv_tag.ts";
import { FlvMuxer } from "../flv/muxer.ts";
import { SourceStream } from "../pipeline/source_stream.ts";
import type { Source } from "../pipeline/source.ts";
import { type ClassifiedTag, sizeOf } from "./counted_tag.ts";
import { countedTags } from "./counted_tags.ts";
import { EarlyHeaders } from "./early_headers.ts";
import type { Subscription } from "./subscription.ts";

/** For how long after the first frame a second kind of media may show, in milliseconds. */
const HEADER_PATIENCE = 1_000;

/** Bytes that tags which wait for that may take up. */
const HEADER_PATIENCE_BYTES = 1024 * 1024;

/** How a body deals with media that come after its header. */
export interface FlvBodyOptions {
  /**
   * Whether its players reconnect by themselves, as those in browsers do. They cannot add a kind of
   * media that the header has not announced, and play nothing until every announced kind has arrived.
   * So the header announces the kinds that have arrived, and the body ends when another kind arrives.
   *
   * Other players, such as FFmpeg and VLC, stop at the end of the body. They ignore kinds that were
   * not announced, and wait for those that were. So the header announces what is published, and the
   * body continues. `false` by default.
   */
  reconnects?: boolean;
}

/** Bytes of data from which on a tag is large. */
const LARGE_DATA = 64 * 1024;

/**
 * Large tags in FLV: viewers that share the tag share these bytes, as long as one of them has them.
 */
const large = new WeakMap<FlvTag, WeakRef<Uint8Array<ArrayBuffer>>>();

/** The bytes of a tag in an FLV file. */
function bytesOf(tag: FlvTag, muxer: FlvMuxer): Uint8Array<ArrayBuffer> {
  if (tag.data.length < LARGE_DATA) return muxer.tag(tag);
  const known = large.get(tag)?.deref();
  if (known) return known;
  const bytes = muxer.tag(tag);
  large.set(tag, new WeakRef(bytes));
  return bytes;
}

/**
 * Gives header and tags to a consumer. The header is held back until audio and video have both come,
 * or one of them has been missing for a second after the first frame of the other. A live viewer
 * gets the sequence headers of a kind of media with its first frame, since players take them for an
 * announcement.
 */
export function flvBody(
  subscription: Subscription,
  options: FlvBodyOptions = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new SourceStream(new FlvBody(subscription, options.reconnects ?? false));
}

/** A source, and no stage: the header waits for the clock as well as for tags. */
class FlvBody implements Source<Uint8Array<ArrayBuffer>> {
  readonly #subscription: Subscription;
  readonly #reconnects: boolean;
  readonly #tags: Source<ClassifiedTag>;
  /** Makes bytes of the tags, once it is known what the header announces. */
  #muxer: FlvMuxer | undefined;
  /** What the header has announced. */
  readonly #announced = { audio: false, video: false };
  /** Kinds of media of which a frame was read. */
  readonly #begun = { audio: false, video: false };
  /** Sequence headers of kinds of which there is no frame yet. */
  readonly #early = new EarlyHeaders();
  /** What was read and has not been given. */
  #held: ClassifiedTag[] = [];
  /** The step in which the tags are; it may go on when the wait for the header has ended. */
  #step: boolean | Promise<boolean> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #hold = (tag: ClassifiedTag): void => void this.#held.push(tag);

  constructor(subscription: Subscription, reconnects: boolean) {
    this.#subscription = subscription;
    this.#reconnects = reconnects;
    this.#tags = countedTags(subscription);
  }

  pull(emit: (bytes: Uint8Array<ArrayBuffer>) => void): boolean | Promise<boolean> {
    const muxer = this.#muxer;
    if (!muxer) return this.#begin(emit);
    const step = this.#read();
    if (typeof step !== "boolean") return this.#giveLater(step, muxer, emit);
    this.#step = undefined;
    return this.#give(step, muxer, emit);
  }

  cancel(reason: unknown): void | Promise<void> {
    clearTimeout(this.#timer);
    return this.#tags.cancel(reason);
  }

  async #begin(emit: (bytes: Uint8Array<ArrayBuffer>) => void): Promise<boolean> {
    let more = true;
    let failure: { error: unknown } | undefined;
    try {
      more = await this.#decide();
    } catch (error) {
      failure = { error };
    }
    clearTimeout(this.#timer);
    for (const type of ["audio", "video"] as const) {
      const expects = !this.#reconnects && this.#subscription.expects(type);
      this.#announced[type] = this.#subscription.media[type] || expects;
    }
    const muxer = this.#muxer = new FlvMuxer(this.#announced);
    emit(muxer.header());
    more = this.#give(more, muxer, emit);
    if (failure) throw failure.error;
    return more;
  }

  /** Reads tags until it is known what the header has to say; tells whether more may come. */
  async #decide(): Promise<boolean> {
    let bytes = 0;
    let patience: Promise<undefined> | undefined;
    for (;;) {
      const { length } = this.#held;
      const more = await (patience ? Promise.race([this.#read(), patience]) : this.#read());
      // The step goes on.
      if (more === undefined) return true;
      this.#step = undefined;
      const read = this.#held.slice(length);
      for (const { tag } of read) bytes += sizeOf(tag);
      if (!more || bytes > HEADER_PATIENCE_BYTES) return more;
      if (!patience && !read.some(isFrame)) continue;
      if (this.#isSettled) return true;
      patience ??= new Promise((resolve) => {
        this.#timer = setTimeout(() => resolve(undefined), HEADER_PATIENCE);
      });
    }
  }

  async #giveLater(
    step: Promise<boolean>,
    muxer: FlvMuxer,
    emit: (bytes: Uint8Array<ArrayBuffer>) => void,
  ): Promise<boolean> {
    const more = await step;
    this.#step = undefined;
    return this.#give(more, muxer, emit);
  }

  /** Gives what was read. A kind that the players cannot add ends it. */
  #give(
    more: boolean,
    muxer: FlvMuxer,
    emit: (bytes: Uint8Array<ArrayBuffer>) => void,
  ): boolean {
    const held = this.#held;
    this.#held = [];
    for (const counted of held) {
      const tags = this.#admit(counted);
      if (!tags) return this.#leave();
      for (const tag of tags) emit(bytesOf(tag, muxer));
    }
    return more;
  }

  #leave(): false {
    (async () => await this.#tags.cancel(undefined))().catch(() => {});
    return false;
  }

  /**
   * What a tag becomes: itself, with headers before it, or nothing yet; `undefined` ends the body.
   */
  #admit(classified: ClassifiedTag): FlvTag[] | undefined {
    const { tag, headerKey } = classified;
    const { type } = tag;
    if (type === "script" || this.#begun[type]) return [tag];
    if (isFrame(classified)) {
      if (!this.#announced[type] && this.#reconnects) return undefined;
      this.#begun[type] = true;
      return [...this.#early.take(tag, type), tag];
    }
    const { ledger, media } = this.#subscription;
    const isEarly = ledger.mode === "live" && !(this.#announced[type] && media[type]);
    if (!isEarly || headerKey === undefined) return [tag];
    this.#early.keep(headerKey, tag);
    return [];
  }

  /** Whether no other kind of media is to be waited for. */
  get #isSettled(): boolean {
    const { hasAllMedia, sourceAge } = this.#subscription;
    return hasAllMedia || (sourceAge >= HEADER_PATIENCE && !this.#subscription.expects("audio"));
  }

  #read(): boolean | Promise<boolean> {
    return this.#step ??= this.#tags.pull(this.#hold);
  }
}

function isFrame({ kind }: ClassifiedTag): boolean {
  return kind === "videoFrames" || kind === "audioFrames";
}
