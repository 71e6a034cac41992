/**
 * What FFmpeg sends when it publishes, kept as bytes.
 *
 * @module
 */

import { ChunkDecoder } from "../../src/chunk/chunk_decoder.ts";
import { mediaKind } from "../../src/flv/tag_kind.ts";
import { readCommand } from "../../src/message/command.ts";
import { MessageDecoder } from "../../src/message/message_decoder.ts";
import { MessageType, type RtmpMessage } from "../../src/message/message.ts";
import { DEFAULT_LIMITS } from "../../src/session/limits.ts";

/** Bytes of C0, C1 and C2. */
const HANDSHAKE = 1 + 1536 + 1536;

/** The name that recordings are published under; another one of its length can take its place. */
export const RECORDED_NAME = "cam000";

/** A name for a publisher. No round takes one of another: some servers remember old streams. */
export function streamName(round: number, index: number): string {
  return `${String.fromCharCode(97 + round % 26)}${String(index).padStart(5, "0")}`;
}

/** One message of a recording. */
export interface RecordedMessage {
  /** Where it begins and ends. */
  from: number;
  to: number;
  typeId: number;
  /** Milliseconds, as on the wire. */
  timestamp: number;
  /** Whether it counts as a video or audio frame. */
  frame: "videoFrames" | "audioFrames" | undefined;
}

/** A publisher's bytes: handshake, commands, media, farewell. */
export class Recording {
  /** All bytes. */
  readonly bytes: Uint8Array;
  /** The messages between `publish` and `FCUnpublish`. */
  readonly media: RecordedMessage[];

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    const messages = readMessages(bytes);
    const begin = messages.findIndex(({ command }) => command === "publish") + 1;
    const end = messages.findIndex(({ command }) => command === "FCUnpublish");
    this.media = messages.slice(begin, end);
  }

  static async open(path: string): Promise<Recording> {
    return new Recording(await Deno.readFile(path));
  }

  /** Everything up to `publish`, under another name. */
  opening(name: string): { c0c1: Uint8Array; c2: Uint8Array; commands: Uint8Array } {
    return {
      c0c1: this.bytes.subarray(0, 1537),
      c2: this.bytes.subarray(1537, HANDSHAKE),
      commands: renamed(this.bytes.slice(HANDSHAKE, this.media[0]!.from), name),
    };
  }

  /** What ends the publication, under another name. */
  farewell(name: string): Uint8Array {
    return renamed(this.bytes.slice(this.media.at(-1)!.to), name);
  }
}

function renamed(bytes: Uint8Array, name: string): Uint8Array {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return Uint8Array.from(text.replaceAll(RECORDED_NAME, name), (char) => char.charCodeAt(0));
}

/** FFmpeg never puts one message between the chunks of another, so each has one place. */
function readMessages(bytes: Uint8Array): (RecordedMessage & { command: string | undefined })[] {
  const messages: (RecordedMessage & { command: string | undefined })[] = [];
  const decoder = new MessageDecoder();
  let from = HANDSHAKE;
  const behindHandshake = bytes.subarray(HANDSHAKE);
  new ChunkDecoder().decode(behindHandshake, (chunk) => {
    const message = decoder.decode(chunk);
    const to = chunk.payload.byteOffset + chunk.payload.length - behindHandshake.byteOffset;
    if (!message) return;
    const { typeId, timestamp } = message;
    const command = commandName(message);
    messages.push({
      from,
      to: HANDSHAKE + to,
      typeId,
      timestamp,
      frame: frameKind(message),
      command,
    });
    from = HANDSHAKE + to;
  });
  return messages;
}

function commandName(message: RtmpMessage): string | undefined {
  return message.typeId === MessageType.CommandAmf0
    ? readCommand(message, DEFAULT_LIMITS).name
    : undefined;
}

function frameKind({ typeId, payload }: RtmpMessage): RecordedMessage["frame"] {
  if (typeId !== MessageType.Audio && typeId !== MessageType.Video) return undefined;
  const kind = mediaKind(typeId === MessageType.Audio ? "audio" : "video", payload);
  return kind === "videoFrames" || kind === "audioFrames" ? kind : undefined;
}
