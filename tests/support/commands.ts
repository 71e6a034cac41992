/**
 * What a server has said in commands.
 *
 * @module
 */

import { decodeAmf0 } from "../../src/amf/decode_amf0.ts";
import { MessageType, type RtmpMessage } from "../../src/message/message.ts";

/** The message stream that a server gives to the first `createStream`. */
export const STREAM_ID = 1;

/** What `onStatus` tells. */
export interface Status {
  level: string;
  code: string;
  description: string;
}

/** The values of each command: name, transaction id, object, and so on. */
export function commandsIn(messages: RtmpMessage[]): unknown[][] {
  return messages.filter(({ typeId }) => typeId === MessageType.CommandAmf0)
    .map(({ payload }) => decodeAmf0(payload));
}

/** What each `onStatus` tells, and on which message stream. */
export function statusesIn(messages: RtmpMessage[]): { stream: number; status: Status }[] {
  return messages.flatMap((message) =>
    commandsIn([message]).filter(([name]) => name === "onStatus")
      .map(([, , , status]) => ({ stream: message.messageStreamId, status: status as Status }))
  );
}
