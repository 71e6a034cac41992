/**
 * Players: they ask for a stream and count what comes.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { ChunkDecoder } from "../../src/chunk/chunk_decoder.ts";
import { writeCommand } from "../../src/message/command.ts";
import { MessageEncoder } from "../../src/message/message_encoder.ts";
import { Wire } from "./wire.ts";

/** Is told of each message that has come completely. */
export type MessageListener = (typeId: number, timestamp: number) => void;

/** `connect`, as bytes. */
export function connectCommand(port: number): Uint8Array {
  const tcUrl = `rtmp://127.0.0.1:${port}/live`;
  const object = { app: "live", tcUrl, flashVer: "LNX 9,0,124,2" };
  return new MessageEncoder().encode(writeCommand(0, "connect", 1, object));
}

/** What asks for a stream, as bytes; the first message stream is 1 on every server. */
function playCommands(name: string): Uint8Array {
  const encoder = new MessageEncoder();
  return concat([
    encoder.encode(writeCommand(0, "createStream", 2, null)),
    encoder.encode(writeCommand(1, "play", 3, null, name, -2000)),
  ]);
}

/** One player. */
export class Player {
  /** Bytes that have come since the handshake. */
  bytes = 0;
  readonly #wire: Wire;

  private constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Connects and asks for a stream, be it there yet or not. */
  static async open(
    port: number,
    name: string,
    speaksRtmp: boolean,
    heard?: MessageListener,
  ): Promise<Player> {
    const wire = await Wire.connect(port);
    const player = new Player(wire);
    if (speaksRtmp) {
      await wire.shakeHands();
      await wire.write(concat([connectCommand(port), playCommands(name)]));
    } else {
      await wire.write(Uint8Array.of(0));
    }
    const decoder = heard && new ChunkDecoder();
    wire.read((bytes) => {
      player.bytes += bytes.length;
      decoder?.decode(bytes, ({ typeId, timestamp, offset, length, payload }) => {
        if (offset + payload.length === length) heard!(typeId, timestamp);
      });
    });
    return player;
  }

  /** Closes the connection. */
  close(): void {
    this.#wire.close();
  }
}
