/**
 * The `onMetaData` of a recording: the publisher's members, and facts known only at the end.
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

/** The facts about a recording that are known at its end. */
export interface RecordingFacts {
  /** Seconds from the first frame to the end of the last. */
  duration: number;
  /** The latest time of a frame's tag, in seconds. */
  lasttimestamp: number;
  /** The size of the file, in bytes. */
  filesize: number;
  keyframes: KeyframeTable;
}

/** The names of the members that the server writes. */
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

/** A full table. Numbers have one length in AMF0, so every full table has this length. */
const LARGEST_TABLE: KeyframeTable = {
  times: Array(MAX_KEYFRAMES).fill(0),
  filepositions: Array(MAX_KEYFRAMES).fill(0),
};

/** Limits on the metadata of a recording: the publisher's members, a full table and filler. */
export const RECORDING_METADATA_LIMITS: Readonly<MetadataLimits> = {
  maxBytes: 2 * METADATA_LIMITS.maxBytes,
  maxValues: 65_536,
};

/** The position of the members in an ECMA array, and the bytes after them. */
const MEMBERS_AT = 5;
const ARRAY_END = Uint8Array.of(0, 0, Amf0Marker.ObjectEnd);

/**
 * Metadata with a length that is fixed at the start, so that it can be overwritten in place when the
 * file is complete. An array of spaces fills the spare room; players ignore it.
 */
export class RecordingMetadata {
  /** The publisher's members, encoded once, and their number. */
  readonly #publisherMembers: Uint8Array;
  readonly #memberCount: number;
  /** Bytes of script data. */
  #length: number;

  /** Makes metadata. The server's members replace the publisher's of the same name. */
  constructor(publisherMembers: Readonly<Record<string, unknown>> = {}) {
    const members = { ...publisherMembers };
    for (const name of OWN_MEMBERS) delete members[name];
    this.#publisherMembers = encodeMembers(members);
    this.#memberCount = Object.keys(members).length;
    this.#length = this.#encode({ ...NOTHING_YET, keyframes: LARGEST_TABLE }, 0).length;
  }

  /** Sets the length to that of this table, without spare room. */
  fitKeyframes(keyframes: KeyframeTable): void {
    this.#length = this.#encode({ ...NOTHING_YET, keyframes }, 0).length;
  }

  /**
   * Sets the length to that of the script data in a reopened file.
   *
   * @returns Whether that is enough for the server's members.
   */
  fitBytes(length: number): boolean {
    if (length < this.#encode(NOTHING_YET, 0).length) return false;
    this.#length = length;
    return true;
  }

  /**
   * Script data for the beginning of the file, always of the same length. A table that does not fit
   * is left out.
   */
  encode(facts: RecordingFacts = NOTHING_YET): Uint8Array {
    const bare = this.#encode(facts, 0);
    if (bare.length > this.#length) return this.encode({ ...facts, keyframes: NO_KEYFRAMES });
    return this.#encode(facts, this.#length - bare.length);
  }

  #encode({ keyframes, ...numbers }: RecordingFacts, filler: number): Uint8Array {
    const hasKeyframes = keyframes.times.length > 0;
    // FFmpeg treats a table without entries as broken.
    const ownMembers = { ...numbers, hasKeyframes, ...hasKeyframes && { keyframes }, filler: [] };
    const start = encodeAmf0("onMetaData", ecmaArray({})).slice(0, -ARRAY_END.length);
    writeCount(start, this.#memberCount + Object.keys(ownMembers).length);
    const encodedOwn = encodeMembers(ownMembers);
    const values = fillerOf(filler);
    writeCount(encodedOwn, values.length);
    return concat([start, this.#publisherMembers, encodedOwn, ...values, ARRAY_END]);
  }
}

/** The longest string that FFmpeg skips in metadata, and the size of a string's header, in bytes. */
const LONGEST_FILLER = 1_000;
const STRING_HEAD = 3;

/** Filler values with a total length; few, since servers do not read metadata with thousands. */
function fillerOf(bytes: number): Uint8Array[] {
  const values: Uint8Array[] = [];
  let left = bytes;
  for (; left >= STRING_HEAD; left -= values.at(-1)!.length) {
    values.push(encodeAmf0(" ".repeat(Math.min(left - STRING_HEAD, LONGEST_FILLER))));
  }
  for (; left > 0; left--) values.push(Uint8Array.of(Amf0Marker.Null));
  return values;
}

/** The encoded members of an object, without its header and end. */
function encodeMembers(object: object): Uint8Array {
  return encodeAmf0(ecmaArray(object)).slice(MEMBERS_AT, -ARRAY_END.length);
}

/** Writes the count of an array whose bytes end with its header. */
function writeCount(bytes: Uint8Array, count: number): void {
  writeUint32(bytes, bytes.length - 4, count);
}

/**
 * The metadata for a file that begins with this tag. Returns `undefined` if the tag is no metadata,
 * or if it is malformed or too large: then it is recorded unchanged.
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
