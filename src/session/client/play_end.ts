/**
 * Detection of the messages by which servers announce the end of a stream.
 *
 * @module
 */

import { startsWith } from "@std/bytes";
import { decodeAmf0 } from "../../amf/decode_amf0.ts";
import { encodeAmf0 } from "../../amf/encode_amf0.ts";
import { readUserControl, UserControlEvent } from "../../message/control.ts";
import { MessageType, type RtmpMessage } from "../../message/message.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import { readOnStatus, readServerCommand } from "./read_status.ts";
import { StatusCode } from "../status.ts";

/** Flash Media Server's data message at the end of a recording. */
const ON_PLAY_STATUS = encodeAmf0("onPlayStatus");

/** Data messages of the server to its player, which are not part of the stream. */
const SERVER_DATA: readonly Uint8Array[] = [
  encodeAmf0("|RtmpSampleAccess"),
  encodeAmf0("onStatus"),
  ON_PLAY_STATUS,
];

const PLAY_COMPLETE = "NetStream.Play.Complete";

/** The codes of `onStatus` at the end of a stream. */
const END_CODES: readonly string[] = [
  StatusCode.PlayUnpublishNotify,
  StatusCode.PlayStop,
  PLAY_COMPLETE,
];

/** A publisher's commands at the end of a stream. FFmpeg sends them as a server, too. */
const END_COMMANDS: readonly string[] = ["FCUnpublish", "closeStream", "deleteStream"];

/** Whether a message is data of the server itself, not of the stream. */
export function isServerData(message: RtmpMessage): boolean {
  return SERVER_DATA.some((name) => isData(message, name));
}

/**
 * Whether a message announces the end of the stream.
 *
 * @param action What is being done, for the message of an error.
 * @throws {RtmpCommandError} If it reports a failure of the stream.
 */
export function isStreamEnd(
  action: string,
  message: RtmpMessage,
  messageStreamId: number,
): boolean {
  if (message.typeId === MessageType.UserControl) return isStreamEof(message, messageStreamId);
  if (isData(message, ON_PLAY_STATUS)) return isComplete(message);
  const status = readOnStatus(action, message);
  if (status) return END_CODES.includes(status.code);
  const command = readServerCommand(message);
  return command !== undefined && END_COMMANDS.includes(command.name);
}

/**
 * Whether a message is Stream EOF (section 7.1.7): "no more data is sent without issuing additional
 * commands".
 */
function isStreamEof(message: RtmpMessage, messageStreamId: number): boolean {
  if (message.payload.length < 6) return false;
  const { event, value } = readUserControl(message);
  return event === UserControlEvent.StreamEof && value === messageStreamId;
}

function isComplete({ payload }: RtmpMessage): boolean {
  const { maxAmfDepth: maxDepth, maxAmfElements: maxElements } = DEFAULT_LIMITS;
  return decodeAmf0(payload, { maxDepth, maxElements }).some((value) =>
    typeof value === "object" && value !== null && "code" in value && value.code === PLAY_COMPLETE
  );
}

function isData({ typeId, payload }: RtmpMessage, name: Uint8Array): boolean {
  return typeId === MessageType.DataAmf0 && startsWith(payload, name);
}
