/**
 * The capabilities that peers announce in `connect` (Enhanced RTMP).
 *
 * @module
 */

/** `FourCcInfoMask` (Enhanced RTMP v2, "Enhancing NetConnection connect Command"). */
export const CAN_FORWARD = 4;
const CAN_ENCODE = 2;

/** `CapsExMask`, in the same place. */
export const CapsEx = { Reconnect: 1, Multitrack: 2, ModEx: 4, TimestampNanoOffset: 8 } as const;

const VIDEO_FOURCCS = ["avc1", "hvc1", "vvc1", "vp08", "vp09", "av01"];
const AUDIO_FOURCCS = ["mp4a", ".mp3", "Opus", "fLaC", "ac-3", "ec-3"];

/** The capabilities of a peer. */
export interface Capabilities {
  /** Whether it has announced any. Few players and publishers do. */
  announced: boolean;
  /** The FourCCs that it accepts; `*` means all. */
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
    // Only strings: converting nested lists to text can take time without limit.
    fourCcs: new Set([...list.filter(isText), ...maps.flatMap((map) => decodableFourCcs(map))]),
    capsEx: typeof capsEx === "number" ? capsEx : 0,
  };
}

/** The keys of an info map, without codecs that the peer can only encode. */
function decodableFourCcs(map: Record<string, unknown>): string[] {
  return Object.keys(map).filter((fourCc) => map[fourCc] !== CAN_ENCODE);
}

/**
 * The capabilities that the server announces: it forwards all codecs, parses all headers and
 * changes none.
 */
export function localCapabilities(): Record<string, unknown> {
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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
