/**
 * What a server says to its player beside the stream itself: above all, that it has ended.
 *
 * @module
 */

import { startsWith } from "@std/bytes";
import { decodeAmf0 } from "../../amf/decode_amf0.ts";
import { encodeAmf0 } from "../../amf/encode_amf0.ts";
import { isObject } from "../../is_object.ts";
import { readUserControl, UserControlEvent } from "../../message/control.ts";
import { MessageType, type RtmpMessage } from "../../message/message.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import { readOnStatus, readServerCommand } from "./read_status.ts";
import { StatusCode } from "../status.ts";

/** Flash Media Server's word for the end of a recording, a data message. */
const ON_PLAY_STATUS = encodeAmf0("onPlayStatus");

/** Data messages of the server to its player, which are no part of what is played. */
const SERVER_DATA: readonly Uint8Array[] = [
  encodeAmf0("|RtmpSampleAccess"),
  encodeAmf0("onStatus"),
  ON_PLAY_STATUS,
];

const PLAY_COMPLETE = "NetStream.Play.Complete";

/** What an `onStatus` says when the stream has ended. */
const END_CODES: readonly string[] = [
  StatusCode.PlayUnpublishNotify,
  StatusCode.PlayStop,
  PLAY_COMPLETE,
];

/** Commands of a publisher. FFmpeg ends with them as a server, too. */
const END_COMMANDS: readonly string[] = ["FCUnpublish", "closeStream", "deleteStream"];

/** Whether a message is data of the server to its player. */
export function isServerData(message: RtmpMessage): boolean {
  return SERVER_DATA.some((name) => isData(message, name));
}

/**
 * Whether a message says that the stream has ended.
 *
 * @param action What is being done, for the message of an error.
 * @throws {RtmpCommandError} If it says that the stream has failed.
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

/** Section 7.1.7: "no more data is sent without issuing additional commands". */
function isStreamEof(message: RtmpMessage, messageStreamId: number): boolean {
  if (message.payload.length < 6) return false;
  const { event, value } = readUserControl(message);
  return event === UserControlEvent.StreamEof && value === messageStreamId;
}

function isComplete({ payload }: RtmpMessage): boolean {
  const { maxAmfDepth: maxDepth, maxAmfElements: maxElements } = DEFAULT_LIMITS;
  return decodeAmf0(payload, { maxDepth, maxElements }).some((value) =>
    isObject(value) && value.code === PLAY_COMPLETE
  );
}

function isData({ typeId, payload }: RtmpMessage, name: Uint8Array): boolean {
  return typeId === MessageType.DataAmf0 && startsWith(payload, name);
}
