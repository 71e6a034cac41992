/**
 * The command object of a client's `connect`.
 *
 * @module
 */

import { CAN_FORWARD, CapsEx } from "../capabilities.ts";
import { VIA } from "../via.ts";

/**
 * The capabilities of tags, `parseVideoTag` and `parseAudioTag`: multitrack, ModEx and its
 * nanoseconds (Enhanced RTMP v2, "Enhancing NetConnection connect Command"). The bit for reconnect
 * requests is not set: the client ignores them.
 */
const CAPS_EX = CapsEx.Multitrack | CapsEx.ModEx | CapsEx.TimestampNanoOffset;

/** The default name of the client. Some servers let only "FMLE" publish. */
export const DEFAULT_FLASH_VER = "FMLE/3.0 (compatible; Sluice)";

/** The parameters of `connect`. */
export interface ConnectRequest {
  kind: "publish" | "play";
  app: string;
  tcUrl: string;
  flashVer: string;
  /** The relays that the stream has passed. */
  via?: readonly string[] | undefined;
}

/** The command object of `connect` (RTMP 1.0, section 7.2.1.1). */
export function connectObject(request: ConnectRequest): Record<string, unknown> {
  const { kind, app, tcUrl, flashVer, via = [] } = request;
  return {
    app,
    // All publishers send it, though no specification has it.
    ...kind === "publish" && { type: "nonprivate" },
    flashVer,
    tcUrl,
    // Players send what they support: everything in the tables of section 7.2.1.1, and seeking.
    ...kind === "play" &&
      { fpad: false, capabilities: 15, audioCodecs: 0x0fff, videoCodecs: 0x00ff, videoFunction: 1 },
    objectEncoding: 0,
    fourCcList: ["*"],
    videoFourCcInfoMap: { "*": CAN_FORWARD },
    audioFourCcInfoMap: { "*": CAN_FORWARD },
    capsEx: CAPS_EX,
    ...via.length > 0 && { [VIA]: [...via] },
  };
}
