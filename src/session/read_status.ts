/**
 * What a server says of how things stand, as its client reads it.
 *
 * @module
 */

import { RtmpCommandError } from "../errors.ts";
import { type Command, isCommand, readCommand } from "../message/command.ts";
import type { RtmpMessage } from "../message/message.ts";

/** Characters of a server's text that are kept: it may send up to a whole command of them. */
const MAX_TEXT_LENGTH = 1024;

/** Codes that mean "no", at whatever level a server sends them. */
const REFUSALS = /\.(BadName|Denied|Failed|Rejected|StreamNotFound)$/;

/** The information object of an answer or an `onStatus` (RTMP 1.0, sections 7.2.1 and 7.2.2). */
export interface Status {
  level: string;
  code: string;
  description: string;
}

/** Finds the information object of a command; servers differ in where they put it. */
export function readStatus({ args, object }: Command): Status | undefined {
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
 * @param action What the status may stand in the way of, for the message of the error.
 * @throws {RtmpCommandError} If the status is an error.
 */
export function readOnStatus(action: string, message: RtmpMessage): Status | undefined {
  if (!isCommand(message)) return undefined;
  const command = readCommand(message);
  if (command.name !== "onStatus") return undefined;
  const status = readStatus(command);
  if (status && isRefusal(status)) throw statusError(action, status);
  return status;
}

/** Whether a status is an error. */
export function isRefusal({ level, code }: Status): boolean {
  return level === "error" || REFUSALS.test(code);
}

/** The error that a status of a server makes: its text is what was read, its code goes along. */
export function statusError(action: string, status: Status | undefined): RtmpCommandError {
  return new RtmpCommandError(`Cannot ${action}`, {
    read: status?.description || "a refusal without a reason",
    ...status?.code && { statusCode: status.code },
  });
}

function text(value: unknown): string {
  return typeof value === "string" ? value.slice(0, MAX_TEXT_LENGTH) : "";
}
