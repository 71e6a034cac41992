/**
 * A live stream as the bytes of an FLV file, for a viewer that begins now.
 *
 * @module
 */

import type { FlvTag } from "../flv/flv_tag.ts";
import { FlvMuxer } from "../flv/muxer.ts";
import { SourceStream } from "../pipeline/source_stream.ts";
import { Stepper } from "../pipeline/stepper.ts";
import { quietly } from "../pipeline/quietly.ts";
import type { IdleEnd, Puller, Source } from "../pipeline/source.ts";
import { type ClassifiedTag, sizeOf } from "./counted_tag.ts";
import { countedTags } from "./counted_tags.ts";
import { EarlyHeaders } from "./early_headers.ts";
import type { Subscription } from "./subscription.ts";
import { after } from "../time/idle.ts";

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

type Bytes = Uint8Array<ArrayBuffer>;

/** A source, and no stage: the header waits for the clock as well as for tags. */
class FlvBody implements Source<Bytes>, Puller<ClassifiedTag> {
  readonly #subscription: Subscription;
  readonly #reconnects: boolean;
  readonly #tags: Source<ClassifiedTag>;
  /** Waits for bytes. */
  #puller: Puller<Bytes> | undefined;
  /** Makes bytes of the tags, once it is known what the header announces. */
  #muxer: FlvMuxer | undefined;
  /** What the header has announced. */
  readonly #announced = { audio: false, video: false };
  /** Kinds of media of which a frame was given. */
  readonly #begun = { audio: false, video: false };
  /** Sequence headers of kinds of which there is no frame yet. */
  readonly #early = new EarlyHeaders();
  /** What was read and has not been given. */
  #held: ClassifiedTag[] = [];
  #heldBytes = 0;
  #hasFrame = false;
  readonly #steps = new Stepper(() => this.#tags.pull(this), () => this.#isToGoOn());
  /** How the tags have ended. */
  #end: { failure?: { error: unknown } } | undefined;
  /** Ends the wait for a second kind of media. */
  #stopWaiting: (() => void) | undefined;

  constructor(subscription: Subscription, reconnects: boolean) {
    this.#subscription = subscription;
    this.#reconnects = reconnects;
    this.#tags = countedTags(subscription);
  }

  pull(puller: Puller<Bytes>): void {
    this.#puller = puller;
    if (this.#held.length > 0 || this.#end) this.#give();
    else if (!this.#steps.isStepping) this.#steps.run();
  }

  onIdleEnd(ended: IdleEnd): void {
    this.#tags.onIdleEnd?.((failure) => {
      this.#end = failure ? { failure } : {};
      // The header, and what is held, are still to be read.
      if (this.#muxer && this.#held.length === 0) ended(failure);
    });
  }

  cancel(reason: unknown): void | Promise<void> {
    this.#stopWaiting?.();
    return this.#tags.cancel(reason);
  }

  receive(classified: ClassifiedTag): void {
    this.#held.push(classified);
    if (this.#muxer) return;
    this.#heldBytes += sizeOf(classified.tag);
    this.#hasFrame ||= isFrame(classified);
  }

  endStep(more: boolean): void {
    if (!more) this.#end = {};
    this.#steps.endStep();
  }

  failStep(error: unknown): void {
    this.#end = { failure: { error } };
    this.#steps.endStep();
  }

  /** Gives what there is, unless more tags are to be read before. */
  #isToGoOn(): boolean {
    if (this.#isUndecided()) return true;
    this.#give();
    return false;
  }

  /** Whether the header has to wait; after the first frame of a kind it does so for a time only. */
  #isUndecided(): boolean {
    if (this.#muxer || this.#end || this.#heldBytes > HEADER_PATIENCE_BYTES) return false;
    if (!this.#hasFrame) return true;
    if (this.#isSettled) return false;
    this.#stopWaiting ??= after(HEADER_PATIENCE, () => this.#give());
    return true;
  }

  /** Gives what was read, which is kept while nothing is asked for. */
  #give(): void {
    const puller = this.#puller;
    if (!puller) return;
    this.#puller = undefined;
    try {
      const more = this.#giveHeld(puller, this.#muxer ??= this.#begin(puller)) && !this.#end;
      if (this.#end?.failure) puller.failStep(this.#end.failure.error);
      else puller.endStep(more);
    } catch (error) {
      this.#leave(error);
      puller.failStep(error);
    }
  }

  /** Gives the header. */
  #begin(puller: Puller<Bytes>): FlvMuxer {
    this.#stopWaiting?.();
    for (const type of ["audio", "video"] as const) {
      const expects = !this.#reconnects && this.#subscription.expects(type);
      this.#announced[type] = this.#subscription.media[type] || expects;
    }
    const muxer = new FlvMuxer(this.#announced);
    puller.receive(muxer.header());
    return muxer;
  }

  /** Gives the tags that were read. Returns whether more may come. */
  #giveHeld(puller: Puller<Bytes>, muxer: FlvMuxer): boolean {
    const held = this.#held;
    this.#held = [];
    for (const classified of held) {
      const tags = this.#admit(classified);
      if (!tags) {
        this.#leave();
        return false;
      }
      for (const tag of tags) puller.receive(bytesOf(tag, muxer));
    }
    return true;
  }

  #leave(reason?: unknown): void {
    quietly(() => this.#tags.cancel(reason));
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
}

function isFrame({ kind }: ClassifiedTag): boolean {
  return kind === "videoFrames" || kind === "audioFrames";
}
