/**
 * A whole conversation within one process, by web standards alone: a publisher, a server and a
 * player, from the handshake to the tags and back. Tests bundle it for other runtimes.
 *
 * @module
 */

import { Channel, FlvDemuxerStream, FlvMuxerStream } from "../../src/core.ts";
import { beginHandshake, finishHandshake } from "../../src/handshake/client_handshake.ts";
import type { HandshakeScheme } from "../../src/handshake/digest.ts";
import {
  HANDSHAKE_CLIENT_BYTES,
  HANDSHAKE_SERVER_BYTES,
  PACKET_BYTES,
} from "../../src/handshake/packet.ts";
import { answerHandshake } from "../../src/handshake/server_handshake.ts";
import { ReceivedCounts } from "../../src/ledger/received_counts.ts";
import { connectObject, DEFAULT_FLASH_VER } from "../../src/session/client/connect.ts";
import { startPlaying } from "../../src/session/client/play.ts";
import { startPublishing } from "../../src/session/client/publish.ts";
import { ClientSession } from "../../src/session/client/client_session.ts";
import { DEFAULT_LIMITS } from "../../src/session/limits.ts";
import type { Publication, StreamRequest } from "../../src/publication/publication.ts";
import { ServerSession } from "../../src/session/server/server_session.ts";
import type { SessionHandler } from "../../src/session/server/session_handler.ts";
import { TagChunks } from "../../src/session/server/tag_chunks.ts";
import { Wire } from "./wire.ts";

/** Less than a frame, so that every frame is cut into chunks. */
const CHUNK_SIZE = 500;

/** Bytes of the file that are fed in at once. */
const PIECE = 997;

const PLACE = "memory/live";

/** What came of it. */
export interface Outcome {
  /** The handshake that the publisher and the server have had. */
  scheme: HandshakeScheme;
  /** What the player has been sent, as an FLV file. */
  played: Uint8Array;
  /** What the books of the publication are off by. */
  balance: number;
}

/** Publishes an FLV file to a server and plays it from there. */
export async function converse(file: Uint8Array): Promise<Outcome> {
  const server = new MemoryServer();
  const player = await connect(server, "play");
  const playback = await startPlaying(player.session, {
    hostAndApp: PLACE,
    streamName: "demo",
    start: -2000,
  });
  const played = collect(playback.readable.pipeThrough(new FlvMuxerStream()));

  const publisher = await connect(server, "publish");
  const publication = await startPublishing(publisher.session, {
    hostAndApp: PLACE,
    streamName: "demo",
    type: "live",
  });
  await inPieces(file).pipeThrough(new FlvDemuxerStream()).pipeTo(publication.writable);
  await server.given;
  await server.channel.end();
  const bytes = await played;
  await playback.close();
  await Promise.all(server.sessions);
  return {
    scheme: publisher.scheme,
    played: bytes,
    balance: server.publication!.ledger.balance(),
  };
}

/** Gives whatever is published to every player. */
class MemoryServer implements SessionHandler {
  readonly channel = new Channel();
  readonly sessions: Promise<unknown>[] = [];
  readonly #chunks = new TagChunks(CHUNK_SIZE);
  publication: Publication | undefined;
  /** Resolves when everything published has been given on. */
  given: Promise<void> | undefined;

  /** Takes in a connection. */
  accept(wire: Wire): void {
    this.sessions.push(this.#serve(wire));
  }

  async #serve(wire: Wire): Promise<void> {
    const { s0s1s2 } = await answerHandshake(await wire.readExactly(HANDSHAKE_CLIENT_BYTES));
    await wire.write(s0s1s2);
    await wire.readExactly(PACKET_BYTES);
    const { error } = await new ServerSession({
      transport: {
        readable: wire.readable,
        write: (bytes) => wire.write(bytes),
        cancel: () => void wire.cancel(),
      },
      remoteAddr: "memory:0",
      handler: this,
      counts: new ReceivedCounts(),
      chunkSize: CHUNK_SIZE,
      chunks: this.#chunks,
      limits: DEFAULT_LIMITS,
    }).run();
    wire.close();
    if (error !== undefined) throw error;
  }

  admit(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  authorize(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  reject(): void {}

  warn(): void {}

  claim(): undefined {}

  begin(publication: Publication): void {
    this.publication = publication;
    this.given = this.channel.run(publication.tags, publication.ledger);
  }

  play: SessionHandler["play"] = (_, filter) => {
    const options = {
      kind: "rtmp-play",
      mode: "lossless",
      survivesPublication: true,
      filter,
    } as const;
    return Promise.resolve(this.channel.subscribe(options));
  };

  release(): void {}

  playFailed(_: StreamRequest, error: unknown): void {
    throw error;
  }
}

/** A client's connection to the server, up to `connect`. */
async function connect(
  server: MemoryServer,
  kind: "publish" | "play",
): Promise<{ session: ClientSession; scheme: HandshakeScheme }> {
  const [ours, theirs] = Wire.pair();
  server.accept(theirs);
  const c0c1 = await beginHandshake("digest scheme 1");
  await ours.write(c0c1);
  const s0s1s2 = await ours.readExactly(HANDSHAKE_SERVER_BYTES);
  const { scheme, c2 } = await finishHandshake(c0c1, s0s1s2);
  await ours.write(c2);
  const session = new ClientSession(ours, {
    timeout: 10_000,
    idleTimeout: 10_000,
    closeTimeout: 10_000,
  });
  await session.connect(
    "connect",
    connectObject({
      kind,
      app: "live",
      tcUrl: "rtmp://memory/live",
      flashVer: DEFAULT_FLASH_VER,
    }),
  );
  return { session, scheme };
}

function inPieces(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(bytes.slice(at, at + PIECE));
      at += PIECE;
      if (at >= bytes.length) controller.close();
    },
  });
}

async function collect(bytes: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(bytes).arrayBuffer());
}
