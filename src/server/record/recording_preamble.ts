/**
 * The preamble of a recording: the FLV header, and metadata with room for an index.
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

/** Header and metadata. Their length is fixed by the first tag. */
export class RecordingPreamble {
  /** The kinds of media that the header announces. */
  readonly #has = { audio: false, video: false };
  #metadata: RecordingMetadata | undefined;
  /** The time of the metadata's tag, in milliseconds. */
  #time = 0;

  /** Whether there is metadata. */
  get hasMetadata(): boolean {
    return this.#metadata !== undefined;
  }

  /**
   * Makes the metadata, from the first tag if that is metadata.
   *
   * @returns Whether the first tag was metadata, which is now part of the recording's own.
   */
  begin(first?: FlvTag): boolean {
    const metadata = first && recordingMetadataOf(first);
    this.#metadata = metadata ?? new RecordingMetadata();
    if (metadata) this.#time = first.timestamp;
    return metadata !== undefined;
  }

  /** Resumes from the first tag of a reopened file, if that is the metadata of a recording. */
  resume(first: FlvTag): void {
    const metadata = recordingMetadataOf(first, RECORDING_METADATA_LIMITS);
    if (metadata?.fitBytes(first.data.length)) this.#metadata = metadata;
    this.#time = first.timestamp;
  }

  /** Resumes from the header of a reopened file. */
  resumeHeader({ audio, video }: FlvHeader): void {
    Object.assign(this.#has, { audio, video });
  }

  /**
   * Adds the kind of a tag to the header.
   *
   * @returns Whether the header has changed.
   */
  announce({ type }: FlvTag): boolean {
    if (type === "script" || this.#has[type]) return false;
    return this.#has[type] = true;
  }

  /** Sets the length of the metadata to that of this table, without spare room. */
  fitKeyframes(keyframes: KeyframeTable): void {
    this.#metadata!.fitKeyframes(keyframes);
  }

  /** The header. */
  header(): Uint8Array {
    return new FlvMuxer(this.#has).header();
  }

  /** Header and metadata, with the facts if they are known. */
  encode(facts?: RecordingFacts): Uint8Array {
    const data = this.#metadata!.encode(facts);
    const tag: FlvTag = { type: "script", timestamp: this.#time, data };
    return concat([this.header(), new FlvMuxer().tag(tag)]);
  }
}
