/**
 * A reader of `onMetaData`, with limits and a cache.
 *
 * @module
 */

import { decodeAmf0 } from "../amf/decode_amf0.ts";
import { AmfLimitError } from "../amf/cursor.ts";
import { AmfError } from "../errors.ts";
import { isMetadata } from "./tag_kind.ts";

/** Limits on metadata. */
export interface MetadataLimits {
  /** The most bytes. */
  maxBytes: number;
  /** The most values, including nested ones. */
  maxValues: number;
}

/** The limits on publishers: encoders send some 20 values, files two more for each keyframe. */
export const METADATA_LIMITS: Readonly<MetadataLimits> = { maxBytes: 64 * 1024, maxValues: 4096 };

/** The values that are decoded: the name of the event, and its members. */
const VALUES_READ = 2;

/** The members of metadata, or the reason why they cannot be read. */
export type MetadataReading =
  | { members: Readonly<Record<string, unknown>> }
  | { error: "malformed" | "oversize" };

/** The result for each piece of data. */
const cache = new WeakMap<Uint8Array, MetadataReading | undefined>();

/**
 * The most bytes of data whose members are cached, for all publications together. The members take
 * about four times as much memory. Encoders send some 500 bytes.
 */
export const MAX_CACHED_METADATA: number = 16 * 1024 * 1024;

/** Bytes of data that are decoded and cached even if the cache is full. */
const ALWAYS_CACHED = 2 * 1024;

let cachedBytes = 0;
const finalizers = new FinalizationRegistry<number>((bytes) => cachedBytes -= bytes);

/**
 * Reads script data if it is `onMetaData`; of other events, only the name is decoded. There are
 * limits because the publisher chooses the size, and decoding blocks all other peers.
 *
 * With the default limits, the result is cached as long as the data exists: a session, a recording
 * and the API read the same. Beyond {@linkcode MAX_CACHED_METADATA}, larger metadata is `oversize`.
 *
 * @param data The body of a script tag, which must not change any more.
 * @returns `undefined` if it is another event, or has no members.
 */
export function readMetadata(
  data: Uint8Array,
  limits: MetadataLimits = METADATA_LIMITS,
): MetadataReading | undefined {
  if (limits !== METADATA_LIMITS) return read(data, limits);
  if (!cache.has(data)) cache.set(data, readAndCache(data));
  return cache.get(data);
}

/** Reads data, and counts its bytes as long as it exists; if the cache is full, it is not read. */
function readAndCache(data: Uint8Array): MetadataReading | undefined {
  const isCacheFull = data.length > ALWAYS_CACHED &&
    cachedBytes + data.length > MAX_CACHED_METADATA;
  const reading = read(data, isCacheFull ? { ...METADATA_LIMITS, maxBytes: 0 } : METADATA_LIMITS);
  if (!reading || "error" in reading) return reading;
  cachedBytes += data.length;
  finalizers.register(data, data.length);
  return reading;
}

function read(
  data: Uint8Array,
  { maxBytes, maxValues }: MetadataLimits,
): MetadataReading | undefined {
  const isOversize = data.length > maxBytes;
  if (!isMetadata({ type: "script", timestamp: 0, data })) {
    return isOversize || hasName(data) ? undefined : { error: "malformed" };
  }
  if (isOversize) return { error: "oversize" };
  try {
    const [, members] = decodeAmf0(data, { count: VALUES_READ, maxElements: maxValues });
    return isObject(members) ? { members } : undefined;
  } catch (error) {
    if (!(error instanceof AmfError)) throw error;
    return { error: error instanceof AmfLimitError ? "oversize" : "malformed" };
  }
}

/** Whether the first value can be decoded, or contains others, which are ignored. */
function hasName(data: Uint8Array): boolean {
  try {
    decodeAmf0(data, { count: 1, maxElements: 1 });
    return true;
  } catch (error) {
    if (!(error instanceof AmfError)) throw error;
    return error instanceof AmfLimitError;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
