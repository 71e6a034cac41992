/**
 * The `onMetaData` of a stream, read within limits.
 *
 * @module
 */

import { decodeAmf0 } from "../amf/decode_amf0.ts";
import { AmfLimitError } from "../amf/cursor.ts";
import { AmfError } from "../errors.ts";
import { isObject } from "../is_object.ts";
import { isMetadata } from "./tag_kind.ts";

/** How much metadata is read. */
export interface MetadataLimits {
  /** Bytes. */
  maxBytes: number;
  /** Values, nested ones included. */
  maxValues: number;
}

/** Of what publishers send: encoders write some 20 values, files two more for each keyframe. */
export const METADATA_LIMITS: Readonly<MetadataLimits> = { maxBytes: 64 * 1024, maxValues: 4096 };

/** Values that are looked at: the name of the event, and its members. */
const LOOKED_AT = 2;

/** What was found in metadata: its members, or why there are none. */
export type MetadataReading =
  | { members: Readonly<Record<string, unknown>> }
  | { flaw: "malformed" | "oversize" };

/** What has been read, by the data it was read from. */
const known = new WeakMap<Uint8Array, MetadataReading | undefined>();

/**
 * Bytes of data of which the members are remembered, over all publications; they take about four times
 * as much memory. Encoders write some 500.
 */
export const MAX_REMEMBERED_METADATA: number = 16 * 1024 * 1024;

/** Bytes of data that are read even when so much is remembered. */
const ALWAYS_READ = 2 * 1024;

let remembered = 0;
const forgotten = new FinalizationRegistry<number>((bytes) => remembered -= bytes);

/**
 * Reads script data if it is `onMetaData`; of any other event only the name is decoded. The publisher
 * chooses how much there is, and all others wait while it is decoded: hence the limits.
 *
 * What has been read within the usual limits is remembered for as long as the data is: a session, a
 * recording and the API ask for the same. When {@linkcode MAX_REMEMBERED_METADATA} is, larger metadata
 * is oversize.
 *
 * @param data The body of a script tag, which is not written to any more.
 * @returns `undefined` if it is another event, or has no members.
 */
export function readMetadata(
  data: Uint8Array,
  limits: MetadataLimits = METADATA_LIMITS,
): MetadataReading | undefined {
  if (limits !== METADATA_LIMITS) return read(data, limits);
  if (!known.has(data)) known.set(data, remember(data));
  return known.get(data);
}

/** Reads data, and counts it for as long as it is there; when too much is, it is not read. */
function remember(data: Uint8Array): MetadataReading | undefined {
  const isTooMuch = data.length > ALWAYS_READ &&
    remembered + data.length > MAX_REMEMBERED_METADATA;
  const reading = read(data, isTooMuch ? { ...METADATA_LIMITS, maxBytes: 0 } : METADATA_LIMITS);
  if (!reading || "flaw" in reading) return reading;
  remembered += data.length;
  forgotten.register(data, data.length);
  return reading;
}

function read(
  data: Uint8Array,
  { maxBytes, maxValues }: MetadataLimits,
): MetadataReading | undefined {
  const isOversize = data.length > maxBytes;
  if (!isMetadata({ type: "script", timestamp: 0, data })) {
    return isOversize || hasName(data) ? undefined : { flaw: "malformed" };
  }
  if (isOversize) return { flaw: "oversize" };
  try {
    const [, members] = decodeAmf0(data, { count: LOOKED_AT, maxElements: maxValues });
    return isObject(members) && !Array.isArray(members) ? { members } : undefined;
  } catch (error) {
    if (!(error instanceof AmfError)) throw error;
    return { flaw: error instanceof AmfLimitError ? "oversize" : "malformed" };
  }
}

/** Whether the first value can be read, or holds others, which are not looked at. */
function hasName(data: Uint8Array): boolean {
  try {
    decodeAmf0(data, { count: 1, maxElements: 1 });
    return true;
  } catch (error) {
    if (!(error instanceof AmfError)) throw error;
    return error instanceof AmfLimitError;
  }
}
