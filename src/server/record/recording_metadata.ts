/**
 * The `onMetaData` of a recording: the publisher's, and what is known only at the end.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { encodeAmf0 } from "../../amf/encode_amf0.ts";
import { Amf0Marker } from "../../amf/markers.ts";
import { ecmaArray } from "../../amf/values.ts";
import { writeUint32 } from "../../bytes/integers.ts";
import { AmfError } from "../../errors.ts";
import type { FlvTag } from "../../flv/flv_tag.ts";
import { METADATA_LIMITS, type MetadataLimits, readMetadata } from "../../flv/metadata.ts";
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

/** The names of what we write ourselves. */
const OWN_MEMBERS: readonly string[] = [
  ...["duration", "lasttimestamp", "filesize", "hasKeyframes", "keyframes", "filler"],
];

const NO_KEYFRAMES: Readonly<KeyframeTable> = { times: [], filepositions: [] };

const NOTHING_YET: Readonly<RecordingFacts> = {
  duration: 0,
  lasttimestamp: 0,
  filesize: 0,
  keyframes: NO_KEYFRAMES,
};

/** Numbers are all of one length in AMF0, so that this is as long as any table that is full. */
const LARGEST_TABLE: KeyframeTable = {
  times: Array(MAX_KEYFRAMES).fill(0),
  filepositions: Array(MAX_KEYFRAMES).fill(0),
};

/** Of what a recording begins with: the publisher's, a full table, and what is left of its room. */
export const RECORDING_METADATA_LIMITS: Readonly<MetadataLimits> = {
  maxBytes: 2 * METADATA_LIMITS.maxBytes,
  maxValues: 65_536,
};

/** Where the members of an ECMA array begin in it, and what is after them. */
const MEMBERS_AT = 5;
const ARRAY_END = Uint8Array.of(0, 0, Amf0Marker.ObjectEnd);

/**
 * Metadata of a length that is fixed when a file is begun, so that it can be written again in its
 * place when the file is complete. What is left of its room is an array of spaces, which players read
 * over.
 */
export class RecordingMetadata {
  /** What the publisher has said, and how many members that is. It is encoded once. */
  readonly #members: Uint8Array;
  readonly #memberCount: number;
  /** Bytes of script data. */
  #length: number;

  /** Our members take the place of the publisher's of the same name. */
  constructor(said: Readonly<Record<string, unknown>> = {}) {
    const members = { ...said };
    for (const name of OWN_MEMBERS) delete members[name];
    this.#members = encodeMembers(members);
    this.#memberCount = Object.keys(members).length;
    this.#length = this.#encode({ ...NOTHING_YET, keyframes: LARGEST_TABLE }, 0).length;
  }

  /** Has room for this table alone from now on. */
  fitKeyframes(keyframes: KeyframeTable): void {
    this.#length = this.#encode({ ...NOTHING_YET, keyframes }, 0).length;
  }

  /**
   * Takes so many bytes from now on, as script data of a file that was found.
   *
   * @returns Whether that is enough for what we write ourselves.
   */
  fitBytes(length: number): boolean {
    if (length < this.#encode(NOTHING_YET, 0).length) return false;
    this.#length = length;
    return true;
  }

  /**
   * Script data for the beginning of the file, of the same length each time. A table that has no room
   * is left out.
   */
  encode(facts: RecordingFacts = NOTHING_YET): Uint8Array {
    const bare = this.#encode(facts, 0);
    if (bare.length > this.#length) return this.encode({ ...facts, keyframes: NO_KEYFRAMES });
    return this.#encode(facts, this.#length - bare.length);
  }

  #encode({ keyframes, ...numbers }: RecordingFacts, filler: number): Uint8Array {
    const hasKeyframes = keyframes.times.length > 0;
    // FFmpeg takes a table without entries for a broken one.
    const own = { ...numbers, hasKeyframes, ...hasKeyframes && { keyframes }, filler: [] };
    const start = encodeAmf0("onMetaData", ecmaArray({})).slice(0, -ARRAY_END.length);
    writeCount(start, this.#memberCount + Object.keys(own).length);
    const ownMembers = encodeMembers(own);
    const values = fillerOf(filler);
    writeCount(ownMembers, values.length);
    return concat([start, this.#members, ownMembers, ...values, ARRAY_END]);
  }
}

/** Bytes of a string that FFmpeg reads over in metadata, and of what is before its text. */
const LONGEST_FILLER = 1_000;
const STRING_HEAD = 3;

/** Values of so many bytes together; few, as metadata with thousands is not looked into. */
function fillerOf(bytes: number): Uint8Array[] {
  const values: Uint8Array[] = [];
  let left = bytes;
  for (; left >= STRING_HEAD; left -= values.at(-1)!.length) {
    values.push(encodeAmf0(" ".repeat(Math.min(left - STRING_HEAD, LONGEST_FILLER))));
  }
  for (; left > 0; left--) values.push(Uint8Array.of(Amf0Marker.Null));
  return values;
}

/** The members of an object, without what is around them. */
function encodeMembers(object: object): Uint8Array {
  return encodeAmf0(ecmaArray(object)).slice(MEMBERS_AT, -ARRAY_END.length);
}

/** Writes the count that an array begins with, when nothing is after it yet. */
function writeCount(bytes: Uint8Array, count: number): void {
  writeUint32(bytes, bytes.length - 4, count);
}

/**
 * The metadata for a file that begins with this tag; `undefined` if the tag is no metadata, or none
 * that could be written again: what is malformed or too large to be read is recorded as it is.
 */
export function recordingMetadataOf(
  tag: FlvTag,
  limits: MetadataLimits = METADATA_LIMITS,
): RecordingMetadata | undefined {
  if (tag.type !== "script") return undefined;
  const metadata = readMetadata(tag.data, limits);
  if (!metadata || "error" in metadata) return undefined;
  try {
    return new RecordingMetadata(metadata.members);
  } catch (error) {
    if (error instanceof AmfError) return undefined;
    throw error;
  }
}
