/**
 * What peers tell each other in `connect` of Enhanced RTMP.
 *
 * @module
 */

import { isObject } from "../is_object.ts";

/** `FourCcInfoMask` (Enhanced RTMP v2, "Enhancing NetConnection connect Command"). */
export const CAN_FORWARD = 4;
const CAN_ENCODE = 2;

/** `CapsExMask`, in the same place. */
export const CapsEx = { Reconnect: 1, Multitrack: 2, ModEx: 4, TimestampNanoOffset: 8 } as const;

const VIDEO_FOURCCS = ["avc1", "hvc1", "vvc1", "vp08", "vp09", "av01"];
const AUDIO_FOURCCS = ["mp4a", ".mp3", "Opus", "fLaC", "ac-3", "ec-3"];

/** What a peer has announced. */
export interface Capabilities {
  /** Whether it has announced anything at all. Few peers do, players and publishers alike. */
  announced: boolean;
  /** The FourCCs it takes; `*` stands for all. */
  fourCcs: ReadonlySet<string>;
  /** The {@linkcode CapsEx} bits. */
  capsEx: number;
}

/** Reads what a peer announces in the command object of `connect`. */
export function readCapabilities(object: Record<string, unknown>): Capabilities {
  const { fourCcList, videoFourCcInfoMap, audioFourCcInfoMap, capsEx } = object;
  const list = Array.isArray(fourCcList) ? fourCcList : [];
  const maps = [videoFourCcInfoMap, audioFourCcInfoMap].filter(isObject);
  return {
    announced: Array.isArray(fourCcList) || maps.length > 0 || typeof capsEx === "number",
    // Only what is text: to make text of lists of lists can take longer than a lifetime.
    fourCcs: new Set([...list.filter(isText), ...maps.flatMap((map) => takenFourCcs(map))]),
    capsEx: typeof capsEx === "number" ? capsEx : 0,
  };
}

/** The keys of an info map, without what the peer says that it can only encode. */
function takenFourCcs(map: Record<string, unknown>): string[] {
  return Object.keys(map).filter((fourCc) => map[fourCc] !== CAN_ENCODE);
}

/** What we announce in turn: we pass on everything, look into all of it and change none. */
export function ourCapabilities(): Record<string, unknown> {
  const forward = (fourCcs: string[]) =>
    Object.fromEntries(fourCcs.map((fourCc) => [fourCc, CAN_FORWARD]));
  return {
    fourCcList: [...VIDEO_FOURCCS, ...AUDIO_FOURCCS],
    videoFourCcInfoMap: forward(VIDEO_FOURCCS),
    audioFourCcInfoMap: forward(AUDIO_FOURCCS),
    capsEx: CapsEx.Reconnect | CapsEx.Multitrack | CapsEx.ModEx | CapsEx.TimestampNanoOffset,
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
