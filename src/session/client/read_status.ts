/**
 * A reader of the responses and status messages of a server.
 *
 * @module
 */

import { readUint16 } from "../../bytes/integers.ts";
import { RtmpCommandError } from "../../errors.ts";
import { type Command, isCommand, readCommand } from "../../message/command.ts";
import type { RtmpMessage } from "../../message/message.ts";
import { plainText } from "../../plain_text.ts";
import { DEFAULT_LIMITS } from "../limits.ts";

/** Codes that mean a refusal, whatever their level. */
const REFUSALS = /\.(BadName|Denied|Failed|Rejected|StreamNotFound)$/;

/** The information object of a response or an `onStatus` (RTMP 1.0, sections 7.2.1 and 7.2.2). */
export interface Status {
  level: string;
  code: string;
  description: string;
}

/** Finds the information object of a command; servers differ in where they put it. */
function readStatus({ args, object }: Command): Status | undefined {
  for (const value of [...args, object]) {
    if (typeof value !== "object" || value === null) continue;
    const { level, code, description } = value as Record<string, unknown>;
    if (typeof code !== "string") continue;
    return { level: text(level), code: text(code), description: text(description) };
  }
  return undefined;
}

/**
 * Reads the status of a message, if it is an `onStatus`.
 *
 * @param action What is being done, for the message of the error.
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
 * Reads the response to a call, if a message is one.
 *
 * Some servers respond to every call with transaction id 0. So a response to another call may
 * arrive first: `accepts` decides whether such a response fits.
 *
 * @throws {RtmpCommandError} If the response is an error.
 */
export function readAnswer(
  action: string,
  message: RtmpMessage,
  transactionId: number,
  accepts: (command: Command) => boolean = () => false,
): Command | undefined {
  const command = readServerCommand(message);
  if (command?.name !== "_result" && command?.name !== "_error") return undefined;
  const unnumbered = command.transactionId === 0 && accepts(command);
  if (command.transactionId !== transactionId && !unnumbered) return undefined;
  const status = readStatus(command);
  if (command.name === "_error" || status && isRefusal(status)) throw statusError(action, status);
  return command;
}

/**
 * Reads a command. A command that is only a name is ignored, such as FFmpeg's `onFCPublish`.
 */
export function readServerCommand(message: RtmpMessage): Command | undefined {
  if (!isCommand(message) || isBareName(message.payload)) return undefined;
  return readCommand(message, DEFAULT_LIMITS);
}

/**
 * Whether a payload is only an AMF0 string: marker 2 and a length of 16 bits (AMF 0, section 2.4).
 */
function isBareName(payload: Uint8Array): boolean {
  return payload[0] === 2 && payload.length > 2 && payload.length === 3 + readUint16(payload, 1);
}

/** Whether a status is an error. */
function isRefusal({ level, code }: Status): boolean {
  return level === "error" || REFUSALS.test(code);
}

/** Makes the error for a status of a server, with its description as `read` and its code. */
function statusError(action: string, status: Status | undefined): RtmpCommandError {
  return new RtmpCommandError(`Cannot ${action}`, {
    read: status?.description || "a refusal without a reason",
    ...status?.code && { statusCode: status.code },
  });
}

function text(value: unknown): string {
  return typeof value === "string" ? plainText(value) : "";
}
