/**
 * A live stream as the bytes of an FLV file, for a viewer that begins now.
 *
 * @module
 */

import type { FlvTag } from "../flv/flv_tag.ts";
import { FlvMuxer } from "../flv/muxer.ts";
import { mediaKind, sequenceHeaderKey } from "../flv/tag_kind.ts";
import { sizeOf } from "./counted_tag.ts";
import type { MediaType } from "./published_media.ts";
import type { Subscription } from "./subscription.ts";
import { after } from "../time/idle.ts";

/** For how long after the first frame a second kind of media may show, in milliseconds. */
const HEADER_PATIENCE = 1_000;

/** Bytes that tags which wait for that may take up. */
const HEADER_PATIENCE_BYTES = 1024 * 1024;

/** Bytes of sequence headers that may wait for the first frame of their kind; the oldest go first. */
const MAX_EARLY_BYTES = 1024 * 1024;

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
  const body = new FlvBody(subscription, options.reconnects ?? false);
  return new ReadableStream({
    pull: (controller) => body.pull(controller),
    cancel: (reason) => body.cancel(reason),
  }, { highWaterMark: 0 });
}

class FlvBody {
  readonly #subscription: Subscription;
  readonly #reconnects: boolean;
  readonly #tags: ReadableStreamDefaultReader<FlvTag>;
  #muxer: FlvMuxer | undefined;
  /** What the header has announced. */
  readonly #announced = { audio: false, video: false };
  /** Kinds of media of which a frame was read. */
  readonly #begun = { audio: false, video: false };
  /** Sequence headers of kinds of which there is no frame yet, by their key. */
  readonly #early = new Map<string, FlvTag>();
  #earlyBytes = 0;
  /** The pending read when the wait for the header ended. */
  #reading: Promise<ReadableStreamReadResult<FlvTag>> | undefined;
  #stopWaiting: (() => void) | undefined;

  constructor(subscription: Subscription, reconnects: boolean) {
    this.#subscription = subscription;
    this.#reconnects = reconnects;
    this.#tags = subscription.tags.getReader();
  }

  /** Gives at least one chunk, or the end. */
  async pull(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): Promise<void> {
    if (!this.#muxer) return this.#begin(await this.#hold(), controller);
    for (;;) {
      const { done, value } = await this.#read();
      this.#reading = undefined;
      if (done) return controller.close();
      const tags = this.#admit(value);
      if (!tags) {
        controller.close();
        return await this.#tags.cancel();
      }
      for (const tag of tags) controller.enqueue(bytesOf(tag, this.#muxer));
      if (tags.length > 0) return;
    }
  }

  async cancel(reason: unknown): Promise<void> {
    this.#stopWaiting?.();
    await this.#tags.cancel(reason);
  }

  #begin(
    held: FlvTag[],
    controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>,
  ): void {
    for (const type of ["audio", "video"] as const) {
      const expects = !this.#reconnects && this.#subscription.expects(type);
      this.#announced[type] = this.#subscription.media[type] || expects;
    }
    const muxer = this.#muxer = new FlvMuxer(this.#announced);
    controller.enqueue(muxer.header());
    for (const tag of held.flatMap((tag) => this.#admit(tag) ?? [])) {
      controller.enqueue(bytesOf(tag, muxer));
    }
  }

  /**
   * What a tag becomes: itself, with headers before it, or nothing yet; `undefined` ends the body.
   */
  #admit(tag: FlvTag): FlvTag[] | undefined {
    const { type } = tag;
    if (type === "script" || this.#begun[type]) return [tag];
    if (isFrame(tag)) {
      if (!this.#announced[type] && this.#reconnects) return undefined;
      this.#begun[type] = true;
      return [...this.#takeEarly(tag, type), tag];
    }
    const { ledger, media } = this.#subscription;
    const isEarly = ledger.mode === "live" && !(this.#announced[type] && media[type]);
    const key = isEarly ? sequenceHeaderKey(tag) : undefined;
    if (key === undefined) return [tag];
    this.#keepEarly(key, tag);
    return [];
  }

  #keepEarly(key: string, header: FlvTag): void {
    this.#forgetEarly(key);
    this.#early.set(key, header);
    this.#earlyBytes += sizeOf(header);
    for (const oldest of this.#early.keys()) {
      if (this.#earlyBytes <= MAX_EARLY_BYTES) return;
      this.#forgetEarly(oldest);
    }
  }

  #forgetEarly(key: string): void {
    const header = this.#early.get(key);
    if (!header) return;
    this.#earlyBytes -= sizeOf(header);
    this.#early.delete(key);
  }

  /** The headers of a kind that waited for its first frame, at the time of that. */
  #takeEarly({ timestamp }: FlvTag, type: MediaType): FlvTag[] {
    const taken: FlvTag[] = [];
    for (const [key, header] of this.#early) {
      if (header.type !== type) continue;
      taken.push({ ...header, timestamp });
      this.#forgetEarly(key);
    }
    return taken;
  }

  /** Reads tags until it is known what the header has to say. */
  async #hold(): Promise<FlvTag[]> {
    const held: FlvTag[] = [];
    let bytes = 0;
    let patience: Promise<undefined> | undefined;
    for (;;) {
      const next = await (patience ? Promise.race([this.#read(), patience]) : this.#read());
      if (!next || next.done) break;
      this.#reading = undefined;
      held.push(next.value);
      bytes += sizeOf(next.value);
      if (bytes > HEADER_PATIENCE_BYTES) break;
      if (!patience && !isFrame(next.value)) continue;
      if (this.#isSettled) break;
      patience ??= new Promise((resolve) => {
        this.#stopWaiting = after(HEADER_PATIENCE, () => resolve(undefined));
      });
    }
    this.#stopWaiting?.();
    return held;
  }

  /** Whether no other kind of media is to be waited for. */
  get #isSettled(): boolean {
    const { hasAllMedia, sourceAge } = this.#subscription;
    return hasAllMedia || (sourceAge >= HEADER_PATIENCE && !this.#subscription.expects("audio"));
  }

  #read(): Promise<ReadableStreamReadResult<FlvTag>> {
    return this.#reading ??= this.#tags.read();
  }
}

function isFrame({ type, data }: FlvTag): boolean {
  const kind = mediaKind(type, data);
  return kind === "videoFrames" || kind === "audioFrames";
}
