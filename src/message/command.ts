/**
 * Commands: calls from one peer to the other, and their answers.
 *
 * @module
 */

import { decodeAmf0 } from "../amf/decode_amf0.ts";
import { encodeAmf0 } from "../amf/encode_amf0.ts";
import { RtmpCommandError, RtmpLimitError } from "../errors.ts";
import { isObject } from "../is_object.ts";
import { MessageType, type RtmpMessage } from "./message.ts";

/** Commands of the connection itself are sent on this chunk stream, as all servers do. */
const CONNECTION_CHUNK_STREAM = 3;

/** Commands of a message stream are sent on this one; Larix insists on it. */
export const STREAM_CHUNK_STREAM = 5;

/** What a peer may put into a command. */
export interface CommandLimits {
  /** Bytes. */
  maxCommandSize: number;
  /** Levels of nesting. */
  maxAmfDepth: number;
  /** Values in all. */
  maxAmfElements: number;
}

/** A command, or the answer to one (RTMP 1.0, section 7.2). */
export interface Command {
  /** What is called; `_result` or `_error` in an answer. */
  name: string;
  /** Which call this is or answers; 0 wants no answer. */
  transactionId: number;
  /** The command object: an object or `null`. */
  object: Record<string, unknown> | null;
  /** Whatever follows. */
  args: unknown[];
}

/** Whether a message is a command, in AMF0 or AMF3. */
export function isCommand({ typeId }: RtmpMessage): boolean {
  return typeId === MessageType.CommandAmf0 || typeId === MessageType.CommandAmf3;
}

/**
 * Reads a command. One of type 17 (AMF3) has a byte in front and switches to AMF3 value by value.
 *
 * @throws {AmfError} If its values cannot be read.
 * @throws {RtmpCommandError} If it does not begin with a name and a transaction id.
 * @throws {RtmpLimitError} If it is larger than it may be.
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
  // The names of streams are in commands: those that are not UTF-8 must not become the same.
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
