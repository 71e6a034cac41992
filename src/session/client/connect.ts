/**
 * What a client says of itself in `connect`.
 *
 * @module
 */

import { CAN_FORWARD, CapsEx } from "../capabilities.ts";
import { VIA } from "../via.ts";

/**
 * What our tags can hold, and what `parseVideoTag` and `parseAudioTag` read: multitrack, ModEx and
 * its nanoseconds (Enhanced RTMP v2, "Enhancing NetConnection connect Command"). Requests to
 * reconnect are not followed, so that bit is not set.
 */
const CAPS_EX = CapsEx.Multitrack | CapsEx.ModEx | CapsEx.TimestampNanoOffset;

/** What we are unless the caller says otherwise. Some servers let only "FMLE" publish. */
export const DEFAULT_FLASH_VER = "FMLE/3.0 (compatible; Sluice)";

/** What a client wants of a server. */
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
    // Every publisher says so, though no specification does.
    ...kind === "publish" && { type: "nonprivate" },
    flashVer,
    tcUrl,
    // Players say what they can play: everything of the tables in section 7.2.1.1, and seeking.
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
