/**
 * What a recording begins with: the FLV header, and metadata with room for an index.
 *
 * @module
 */

import { concat } from "@std/bytes";
import type { FlvHeader } from "../../flv/demuxer.ts";
import type { FlvTag } from "../../flv/flv_tag.ts";
import { FlvMuxer } from "../../flv/muxer.ts";
import type { KeyframeTable } from "./keyframe_index.ts";
import {
  RECORDING_METADATA_LIMITS,
  type RecordingFacts,
  RecordingMetadata,
  recordingMetadataOf,
} from "./recording_metadata.ts";

/** Header and metadata, whose length is fixed when the first tag has come. */
export class RecordingPreamble {
  /** What the header announces. */
  readonly #has = { audio: false, video: false };
  #metadata: RecordingMetadata | undefined;
  /** The time of the metadata's tag, in milliseconds. */
  #time = 0;

  /** Whether there is metadata. */
  get hasMetadata(): boolean {
    return this.#metadata !== undefined;
  }

  /**
   * Decides on the metadata by the first tag.
   *
   * @returns Whether that was the publisher's, which is in ours then.
   */
  begin(first?: FlvTag): boolean {
    const metadata = first && recordingMetadataOf(first);
    this.#metadata = metadata ?? new RecordingMetadata();
    if (metadata) this.#time = first.timestamp;
    return metadata !== undefined;
  }

  /** Takes up the first tag of a file that was found, if that is metadata of ours. */
  resume(first: FlvTag): void {
    const metadata = recordingMetadataOf(first, RECORDING_METADATA_LIMITS);
    if (metadata?.fitBytes(first.data.length)) this.#metadata = metadata;
    this.#time = first.timestamp;
  }

  /** Takes up the header of a file that was found. */
  resumeHeader({ audio, video }: FlvHeader): void {
    Object.assign(this.#has, { audio, video });
  }

  /**
   * Has the header announce the kind of a tag.
   *
   * @returns Whether it has not done so before.
   */
  announce({ type }: FlvTag): boolean {
    if (type === "script" || this.#has[type]) return false;
    return this.#has[type] = true;
  }

  /** Has room for this table alone from now on. */
  fitKeyframes(keyframes: KeyframeTable): void {
    this.#metadata!.fitKeyframes(keyframes);
  }

  /** The header. */
  header(): Uint8Array {
    return new FlvMuxer(this.#has).header();
  }

  /** Header and metadata, as far as the facts are known. */
  encode(facts?: RecordingFacts): Uint8Array {
    const data = this.#metadata!.encode(facts);
    const tag: FlvTag = { type: "script", timestamp: this.#time, data };
    return concat([this.header(), new FlvMuxer().tag(tag)]);
  }
}
