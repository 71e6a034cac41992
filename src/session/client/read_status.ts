/**
 * What a server says of how things stand, as its client reads it.
 *
 * @module
 */

import { readUint16 } from "../../bytes/integers.ts";
import { RtmpCommandError } from "../../errors.ts";
import { isObject } from "../../is_object.ts";
import { type Command, isCommand, readCommand } from "../../message/command.ts";
import type { RtmpMessage } from "../../message/message.ts";
import { plainText } from "../../plain_text.ts";
import { DEFAULT_LIMITS } from "../limits.ts";

/** Codes that mean "no", at whatever level a server sends them. */
const REFUSALS = /\.(BadName|Denied|Failed|Rejected|StreamNotFound)$/;

/** The information object of an answer or an `onStatus` (RTMP 1.0, sections 7.2.1 and 7.2.2). */
export interface Status {
  level: string;
  code: string;
  description: string;
}

/** Finds the information object of a command; servers differ in where they put it. */
function readStatus({ args, object }: Command): Status | undefined {
  for (const value of [...args, object]) {
    if (!isObject(value)) continue;
    const { level, code, description } = value;
    if (typeof code !== "string") continue;
    return { level: text(level), code: text(code), description: text(description) };
  }
  return undefined;
}

/**
 * Reads the status of a message, if it is an `onStatus`.
 *
 * @param action What the status may stand in the way of, for the message of the error.
 * @throws {RtmpCommandError} If the status is an error.
 */
export function readOnStatus(action: string, message: RtmpMessage): Status | undefined {
  const command = readServerCommand(message);
  if (command?.name !== "onStatus") return undefined;
  const status = readStatus(command);
  if (status && isRefusal(status)) throw statusError(action, status);
  return status;
}

/**
 * Reads a message as the answer to a call, if it is one.
 *
 * Some servers answer with transaction id 0, whatever was asked, so that an answer which no request
 * waits for may come first: `isRight` tells whether such a one fits the call.
 *
 * @throws {RtmpCommandError} If the answer is an error.
 */
export function readAnswer(
  action: string,
  message: RtmpMessage,
  transactionId: number,
  isRight: (command: Command) => boolean = () => false,
): Command | undefined {
  const command = readServerCommand(message);
  if (command?.name !== "_result" && command?.name !== "_error") return undefined;
  const unnumbered = command.transactionId === 0 && isRight(command);
  if (command.transactionId !== transactionId && !unnumbered) return undefined;
  const status = readStatus(command);
  if (command.name === "_error" || status && isRefusal(status)) throw statusError(action, status);
  return command;
}

/**
 * Reads a command. FFmpeg, as a server, sends an `onFCPublish` that is but a name: it says nothing.
 */
export function readServerCommand(message: RtmpMessage): Command | undefined {
  if (!isCommand(message) || isBareName(message.payload)) return undefined;
  return readCommand(message, DEFAULT_LIMITS);
}

/** An AMF0 string (marker 2, its length in 16 bits) and nothing after it. */
function isBareName(payload: Uint8Array): boolean {
  return payload[0] === 2 && payload.length > 2 && payload.length === 3 + readUint16(payload, 1);
}

/** Whether a status is an error. */
function isRefusal({ level, code }: Status): boolean {
  return level === "error" || REFUSALS.test(code);
}

/** The error that a status of a server makes: its text is what was read, its code goes along. */
function statusError(action: string, status: Status | undefined): RtmpCommandError {
  return new RtmpCommandError(`Cannot ${action}`, {
    read: status?.description || "a refusal without a reason",
    ...status?.code && { statusCode: status.code },
  });
}

function text(value: unknown): string {
  return typeof value === "string" ? plainText(value) : "";
}
