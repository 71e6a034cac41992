/**
 * Commands: calls from one peer to the other, and the responses.
 *
 * @module
 */

import { decodeAmf0 } from "../amf/decode_amf0.ts";
import { encodeAmf0 } from "../amf/encode_amf0.ts";
import { RtmpCommandError, RtmpLimitError } from "../errors.ts";
import { MessageType, type RtmpMessage } from "./message.ts";

/** The chunk stream for commands of the connection, as on all servers. */
export const CONNECTION_CHUNK_STREAM = 3;

/** The chunk stream for commands of a message stream; Larix requires it. */
export const STREAM_CHUNK_STREAM = 5;

/** The limits on a command. */
export interface CommandLimits {
  /** The most bytes. */
  maxCommandSize: number;
  /** The deepest nesting, in levels. */
  maxAmfDepth: number;
  /** The most values, including nested ones. */
  maxAmfElements: number;
}

/** A command, or the response to one (RTMP 1.0, section 7.2). */
export interface Command {
  /** The procedure; `_result` or `_error` in a response. */
  name: string;
  /** The number of the call, also in its response; 0 if no response is expected. */
  transactionId: number;
  /** The command object: an object or `null`. */
  object: Record<string, unknown> | null;
  /** The values after it. */
  args: unknown[];
}

/** Whether a message is a command, in AMF0 or AMF3. */
export function isCommand({ typeId }: RtmpMessage): boolean {
  return typeId === MessageType.CommandAmf0 || typeId === MessageType.CommandAmf3;
}

/**
 * Reads a command. One of type 17 (AMF3) begins with an extra byte, and switches to AMF3 value by
 * value.
 *
 * @throws {AmfError} If its values cannot be read.
 * @throws {RtmpCommandError} If it does not begin with a name and a transaction id.
 * @throws {RtmpLimitError} If it exceeds the size limit.
 */
export function readCommand(
  { typeId, payload, chunkStreamId }: RtmpMessage,
  { maxCommandSize, maxAmfDepth: maxDepth, maxAmfElements: maxElements }: CommandLimits,
): Command {
  if (payload.length > maxCommandSize) {
    throw new RtmpLimitError("Cannot take a command of this size", {
      read: `${payload.length} bytes`,
      expected: `at most ${maxCommandSize}`,
      chunkStreamId,
    });
  }
  const body = typeId === MessageType.CommandAmf3 ? payload.subarray(1) : payload;
  // Commands contain stream names: different names that are not UTF-8 must stay different.
  const options = { maxDepth, maxElements, invalidUtf8: "percent-encode" } as const;
  const [name, transactionId, object, ...args] = decodeAmf0(body, options);
  if (typeof name !== "string" || typeof transactionId !== "number") {
    throw new RtmpCommandError("Cannot read a command", {
      read: `values of type ${typeof name} and ${typeof transactionId}`,
      expected: "a name and a transaction id",
      chunkStreamId,
    });
  }
  return {
    name,
    transactionId,
    object: isObject(object) ? object : null,
    args,
  };
}

/** Writes a command of the connection, or of a message stream. */
export function writeCommand(
  messageStreamId: number,
  name: string,
  transactionId: number,
  ...values: unknown[]
): RtmpMessage {
  return {
    chunkStreamId: messageStreamId === 0 ? CONNECTION_CHUNK_STREAM : STREAM_CHUNK_STREAM,
    messageStreamId,
    typeId: MessageType.CommandAmf0,
    timestamp: 0,
    payload: encodeAmf0(name, transactionId, ...values),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
