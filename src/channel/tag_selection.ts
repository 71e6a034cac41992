/**
 * The selection of the tags that a consumer gets.
 *
 * @module
 */

import type { FlvTagType } from "../flv/flv_tag.ts";
import type { DropReason } from "../ledger/consumer.ts";
import type { MediaKind } from "../ledger/counts.ts";
import type { CountedTag } from "./counted_tag.ts";
import { Gap } from "./gap.ts";
import type { MediaType, PublishedMedia } from "./published_media.ts";

/** The parts of a publication on which the selection depends. */
export interface SelectionSource {
  readonly media: PublishedMedia;
  /** Whether a keyframe is overdue, so that consumers do not wait for it. */
  readonly lacksKeyframes: boolean;
}

/** The media that a consumer wants. */
export interface Selection {
  audio: boolean;
  video: boolean;
  /** Whether frames are dropped until their header has arrived. */
  needsHeaders: boolean;
}

const MEDIA_TYPES = ["audio", "video"] as const;

/**
 * Selects the tags of a consumer. After a gap the consumer starts again, at a keyframe or with sound
 * alone. A kind of media that it turns on again starts separately.
 */
export class TagSelection {
  readonly #needsHeaders: boolean;
  readonly #wanted: Record<FlvTagType, boolean>;
  /** The gap in which all tags are dropped, until one with which the consumer can begin. */
  #gap: Gap | undefined;
  /**
   * Kinds that are being turned on again: audio returns with its next frame, video with a keyframe.
   */
  readonly #resuming = { audio: false, video: false };
  /** Kinds of media of which the consumer has got a frame. */
  readonly #given = { audio: false, video: false };
  /** Whether it has got frames of an earlier publication. */
  #isContinuing = false;
  /** Kinds of media of which it has got the last frames of the previous publication. */
  #caughtUp = { audio: false, video: false };
  #paused = false;
  /** The types whose headers have to be sent before the tag that was selected last. */
  headerTypes: readonly FlvTagType[] = [];

  constructor({ audio, video, needsHeaders }: Selection) {
    this.#needsHeaders = needsHeaders;
    this.#wanted = { audio, video, script: true };
  }

  /** Kinds of media of which the consumer has got a frame. */
  get media(): { audio: boolean; video: boolean } {
    return { ...this.#given };
  }

  /** Whether it has got a frame of each kind that it wants. */
  get hasAllMedia(): boolean {
    return MEDIA_TYPES.every((type) => !this.#wanted[type] || this.#given[type]);
  }

  /** Whether it wants tags of a type. */
  wants(type: FlvTagType): boolean {
    return this.#wanted[type];
  }

  /** Whether it waits for its first frame of a kind that is being published. */
  expects(type: MediaType, source: SelectionSource): boolean {
    return this.#wanted[type] && !this.#given[type] && source.media.isActive(type);
  }

  /** The changed kinds of media that it continues from the previous publication. */
  affectedBy(changed: Readonly<Record<MediaType, boolean>>): MediaType[] {
    return this.#isContinuing
      ? MEDIA_TYPES.filter((type) => changed[type] && this.#wanted[type])
      : [];
  }

  /** Starts another publication, from its first tag on. */
  restart(): void {
    this.#isContinuing = this.#given.audio || this.#given.video;
    this.#caughtUp = this.#gap ? { audio: false, video: false } : { ...this.#given };
    this.#gap = undefined;
  }

  /** Drops tags from now on, for this reason, until one with which the consumer can begin. */
  startGap(reason: DropReason): void {
    this.#gap = new Gap(reason);
  }

  /** Pauses or resumes. Returns whether that changes anything. */
  pause(paused: boolean): boolean {
    if (paused === this.#paused) return false;
    this.#paused = paused;
    if (!paused) this.startGap("paused");
    return true;
  }

  /** Turns one kind of media off, or on again. */
  receive(type: MediaType, wanted: boolean): void {
    if (wanted && !this.#wanted[type]) this.#resuming[type] = true;
    this.#wanted[type] = wanted;
  }

  /** Records a tag that the consumer has got. */
  recordDelivered(kind: MediaKind): void {
    if (kind === "videoFrames") this.#given.video = true;
    else if (kind === "audioFrames") this.#given.audio = true;
  }

  /** Returns the reason to drop a tag, whether or not the consumer is too slow. */
  exclude({ tag, lacksHeader, resent }: CountedTag): DropReason | undefined {
    if (lacksHeader && this.#needsHeaders) return "before-header";
    if (this.#paused) return "paused";
    if (resent && tag.type !== "script" && this.#caughtUp[tag.type]) return "already-had";
    return undefined;
  }

  /** Returns the reason to drop a tag that is not excluded; sets `headerTypes`. */
  select(counted: CountedTag, source: SelectionSource): DropReason | undefined {
    const { type } = counted.tag;
    this.headerTypes = [];
    if (this.#gap) {
      if (!this.#canBeginWith(counted, this.#gap, source)) return this.#gap.reason;
      this.#gap = undefined;
      this.#resuming.audio = false;
      // A consumer that begins with sound gets video from the next keyframe on, or from its first
      // frame.
      this.#resuming.video = counted.kind === "audioFrames" && source.media.has("video");
      this.headerTypes = this.#resuming.video ? ["script", "audio"] : ["script", "audio", "video"];
    }
    if (!this.#wanted[type]) return "not-wanted";
    if (type === "script" || !this.#resuming[type]) return undefined;
    if (!canResumeWith(counted, source)) return "before-keyframe";
    this.#resuming[type] = false;
    this.headerTypes = [type];
    return undefined;
  }

  /**
   * Whether a gap can end with this tag. Sound ends it if there is no picture, or if the wait for
   * one has timed out.
   */
  #canBeginWith(counted: CountedTag, gap: Gap, source: SelectionSource): boolean {
    const hasTimedOut = gap.hasTimedOut(counted.tag.timestamp);
    if (counted.kind !== "audioFrames") return canResumeWith(counted, source);
    const hasPicture = this.#wanted.video && source.media.isActive("video");
    return this.#wanted.audio && (hasTimedOut || !hasPicture);
  }
}

function canResumeWith({ tag, kind, keyframe }: CountedTag, source: SelectionSource): boolean {
  if (tag.type === "audio") return kind === "audioFrames";
  return keyframe || (kind === "videoFrames" && source.lacksKeyframes);
}
