/**
 * The addition of the current action to errors of lower layers.
 *
 * @module
 */

import { ProtocolError } from "../../errors.ts";

/**
 * Returns the error with a message that begins with the failed action. An error that already begins
 * with it is returned as it is, and so is one of another package.
 *
 * @param action What is being done: "connect to example.com:1935".
 */
export function withAction(action: string, error: unknown): unknown {
  const prefix = `Cannot ${action}`;
  if (!(error instanceof ProtocolError) || error.message.startsWith(prefix)) return error;
  const { message, read, expected, byteOffset, chunkStreamId, statusCode } = error;
  const facts = {
    ...read !== undefined && { read },
    ...expected !== undefined && { expected },
    ...byteOffset !== undefined && { byteOffset },
    ...chunkStreamId !== undefined && { chunkStreamId },
    ...statusCode !== undefined && { statusCode },
  };
  const { length } = new ProtocolError("", facts).message;
  const what = message.slice(0, message.length - length);
  const Kind = error.constructor as typeof ProtocolError;
  return new Kind(`${prefix}: ${what.charAt(0).toLowerCase()}${what.slice(1)}`, {
    ...facts,
    cause: error,
  });
}
