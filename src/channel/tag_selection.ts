/**
 * Which tags of a publication a consumer gets.
 *
 * @module
 */

import type { FlvTagType } from "../flv/flv_tag.ts";
import type { DropReason } from "../ledger/consumer.ts";
import type { MediaKind } from "../ledger/counts.ts";
import type { CountedTag } from "./counted_tag.ts";
import { Gap } from "./gap.ts";
import type { MediaType, PublishedMedia } from "./published_media.ts";

/** What has to be known of a publication to select from it. */
export interface SelectionSource {
  readonly media: PublishedMedia;
  /** Whether a keyframe is overdue, so that it is not waited for. */
  readonly lacksKeyframes: boolean;
}

/** What a consumer wants. */
export interface Selection {
  audio: boolean;
  video: boolean;
  /** Whether frames are left out as long as their header has not come. */
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
  /** Until there is a tag to begin with, everything is left out. */
  #gap: Gap | undefined;
  /**
   * Kinds that are being turned on again: audio returns with its next frame, video with a keyframe.
   */
  readonly #resuming = { audio: false, video: false };
  /** Kinds of media of which the consumer was given a frame. */
  readonly #given = { audio: false, video: false };
  /** Whether it was given frames of a publication before this one. */
  #isContinuing = false;
  /** Kinds of which it has had all that the publication before gave last. */
  #caughtUp = { audio: false, video: false };
  #paused = false;
  /** Types of which the headers have to be given before the tag that was selected last. */
  headerTypes: readonly FlvTagType[] = [];

  constructor({ audio, video, needsHeaders }: Selection) {
    this.#needsHeaders = needsHeaders;
    this.#wanted = { audio, video, script: true };
  }

  /** Kinds of media of which the consumer was given a frame. */
  get media(): { audio: boolean; video: boolean } {
    return { ...this.#given };
  }

  /** Whether it was given a frame of each kind that it wants. */
  get hasAllMedia(): boolean {
    return MEDIA_TYPES.every((type) => !this.#wanted[type] || this.#given[type]);
  }

  /** Whether it wants tags of a type. */
  wants(type: FlvTagType): boolean {
    return this.#wanted[type];
  }

  /** Whether it still waits for its first frame of a kind that comes. */
  expects(type: MediaType, source: SelectionSource): boolean {
    return this.#wanted[type] && !this.#given[type] && source.media.isActive(type);
  }

  /** Which of the media that have changed it carries on with from the publication before. */
  affectedBy(changed: Readonly<Record<MediaType, boolean>>): MediaType[] {
    return this.#isContinuing
      ? MEDIA_TYPES.filter((type) => changed[type] && this.#wanted[type])
      : [];
  }

  /** Another publication is selected from, from its first tag on. */
  restart(): void {
    this.#isContinuing = this.#given.audio || this.#given.video;
    this.#caughtUp = this.#gap ? { audio: false, video: false } : { ...this.#given };
    this.#gap = undefined;
  }

  /** Leaves tags out from now on, for this reason, until there is one to begin with. */
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

  /** Notes what the consumer was given. */
  recordDelivered(kind: MediaKind): void {
    if (kind === "videoFrames") this.#given.video = true;
    else if (kind === "audioFrames") this.#given.audio = true;
  }

  /** Why the consumer does not get a tag, whether it keeps up or not. */
  exclude({ tag, lacksHeader, resent }: CountedTag): DropReason | undefined {
    if (lacksHeader && this.#needsHeaders) return "before-header";
    if (this.#paused) return "paused";
    if (resent && tag.type !== "script" && this.#caughtUp[tag.type]) return "already-had";
    return undefined;
  }

  /** Why it does not get one that is not excluded; `headerTypes` tells what it gets before it. */
  select(counted: CountedTag, source: SelectionSource): DropReason | undefined {
    const { type } = counted.tag;
    this.headerTypes = [];
    if (this.#gap) {
      if (!this.#canBeginWith(counted, this.#gap, source)) return this.#gap.reason;
      this.#gap = undefined;
      this.#resuming.audio = false;
      // One that begins with sound gets the picture with its next keyframe, or from its first frame.
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

  /** Sound is begun with when there is no picture, or when that has been waited for. */
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
