/**
 * The `onMetaData` of a recording: the publisher's, and what is known only at the end.
 *
 * @module
 */

import { encodeAmf0 } from "../../amf/encode_amf0.ts";
import { ecmaArray } from "../../amf/values.ts";
import { AmfError, FlvError } from "../../errors.ts";
import type { FlvTag } from "../../flv/flv_tag.ts";
import { parseScriptTag } from "../../flv/script_tag.ts";
import { type KeyframeTable, MAX_KEYFRAMES } from "./keyframe_index.ts";

/** What is known at the end of a recording. */
export interface RecordingFacts {
  /** Seconds from the first frame to the end of the last. */
  duration: number;
  /** The latest time of a frame's tag, in seconds. */
  lasttimestamp: number;
  /** Bytes. */
  filesize: number;
  keyframes: KeyframeTable;
}

const NOTHING_YET: RecordingFacts = {
  duration: 0,
  lasttimestamp: 0,
  filesize: 0,
  keyframes: { times: [], filepositions: [] },
};

/** Numbers are all of one length in AMF0, so that this is as long as any table that is full. */
const LARGEST_TABLE: KeyframeTable = {
  times: Array(MAX_KEYFRAMES).fill(0),
  filepositions: Array(MAX_KEYFRAMES).fill(0),
};

/**
 * Metadata of a length that is fixed when a file is begun, so that it can be written again in its
 * place when the file is complete. What is left of its room is an array of nulls, which take a byte
 * each and which players read over.
 */
export class RecordingMetadata {
  /** What the publisher has said; our members take the place of its own of the same name. */
  readonly #members: Record<string, unknown>;
  readonly #length: number;

  constructor({ keyframes: _, ...members }: Record<string, unknown> = {}) {
    this.#members = members;
    this.#length = this.#encode({ ...NOTHING_YET, keyframes: LARGEST_TABLE }, 0).length;
  }

  /** Script data for the beginning of the file, of the same length each time. */
  encode(facts: RecordingFacts = NOTHING_YET): Uint8Array {
    const bare = this.#encode(facts, 0);
    return this.#encode(facts, this.#length - bare.length);
  }

  #encode({ keyframes, ...numbers }: RecordingFacts, filler: number): Uint8Array {
    const hasKeyframes = keyframes.times.length > 0;
    return encodeAmf0(
      "onMetaData",
      ecmaArray({
        ...this.#members,
        ...numbers,
        hasKeyframes,
        // FFmpeg takes a table without entries for a broken one.
        ...hasKeyframes && { keyframes },
        filler: Array(filler).fill(null),
      }),
    );
  }
}

/**
 * The metadata for a file that begins with this tag; `undefined` if the tag is no metadata, or none
 * that could be written again.
 */
export function recordingMetadataOf(tag: FlvTag): RecordingMetadata | undefined {
  if (tag.type !== "script") return undefined;
  try {
    const { name, values: [members] } = parseScriptTag(tag.data);
    if (name !== "onMetaData" || !isObject(members)) return undefined;
    return new RecordingMetadata(members);
  } catch (error) {
    if (error instanceof FlvError || error instanceof AmfError) return undefined;
    throw error;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
