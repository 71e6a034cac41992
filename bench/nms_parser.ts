/**
 * Node-Media-Server's own parser, as a program of its own can use it.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createRequire } from "node:module";
import { join } from "node:path";
import { cacheDirectory } from "./peers/servers.ts";

const PARSER = "node-media-server/node_modules/node-media-server/src/protocol/rtmp.js";

/** The state behind a handshake, by its own number. */
const HANDSHAKE_DONE = 3;

interface NmsParser {
  handshakeState: number;
  inChunkSize: number;
  parserData(bytes: Buffer): unknown;
}

/** Takes all pieces of a publisher whose handshake is over. */
export type ParsePieces = (pieces: Uint8Array[], chunkSize: number) => void;

/** Loads the parser if it is there since servers have been compared. */
export async function loadNmsParser(): Promise<ParsePieces | undefined> {
  const path = join(await cacheDirectory(), PARSER);
  try {
    await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const Parser: new () => NmsParser = createRequire(import.meta.url)(path);
  return (pieces, chunkSize) => {
    const parser = new Parser();
    parser.handshakeState = HANDSHAKE_DONE;
    parser.inChunkSize = chunkSize;
    for (const piece of pieces) {
      const error = parser.parserData(Buffer.from(piece.buffer, piece.byteOffset, piece.length));
      if (error) throw new Error(`Node-Media-Server's parser fails: ${error}`);
    }
  };
}
