/**
 * A peer of a server session, without a socket: it says what a test has it say and keeps what it
 * hears.
 *
 * @module
 */

import { decodeAmf0 } from "../../src/amf/decode_amf0.ts";
import { ChunkDecoder } from "../../src/chunk/chunk_decoder.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { ReceivedCounts } from "../../src/ledger/received_counts.ts";
import { writeCommand } from "../../src/message/command.ts";
import { MessageEncoder } from "../../src/message/message_encoder.ts";
import { MessageType, type RtmpMessage } from "../../src/message/message.ts";
import { MessageDecoder } from "../../src/message/message_decoder.ts";
import { DEFAULT_LIMITS, type RtmpLimits } from "../../src/session/limits.ts";
import { ServerSession, type SessionEnd } from "../../src/session/server/server_session.ts";
import { TagChunks } from "../../src/session/server/tag_chunks.ts";
import { commandsIn, type Status, statusesIn } from "../support/commands.ts";
import { mediaMessage } from "../support/media.ts";
import { TURNS } from "../../src/time/turns.ts";
import { turns } from "../support/streams.ts";
import { SourceStream } from "../../src/pipeline/source_stream.ts";
import { FakeProgram } from "./fake_program.ts";
import { MemoryInput } from "./memory_input.ts";

/** What a session announces here. */
export const CHUNK_SIZE = 4096;

/** Turns of the event loop without a change after which nothing more happens by itself. */
const QUIET_TURNS = 4;

/** How a peer and its session are to be. */
export interface PeerOptions {
  program?: FakeProgram;
  limits?: Partial<RtmpLimits>;
  /** Bytes that have been received before. */
  bytes?: number;
}

/** The far side of a {@linkcode ServerSession}. */
export class Peer {
  readonly program: FakeProgram;
  readonly session: ServerSession;
  readonly counts: ReceivedCounts = new ReceivedCounts();
  /** What the session has sent. */
  readonly messages: RtmpMessage[] = [];
  /** How the session ends. */
  readonly ended: Promise<SessionEnd>;
  /** Bytes of every write of the session. */
  readonly writes: number[] = [];
  #hasEnded = false;
  readonly #input = new MemoryInput();
  #deaf: PromiseWithResolvers<void> | undefined;
  readonly #encoder = new MessageEncoder();
  readonly #chunks = new ChunkDecoder();
  readonly #messages = new MessageDecoder();

  constructor({ program = new FakeProgram(), limits = {}, bytes = 0 }: PeerOptions = {}) {
    this.program = program;
    this.counts.bytes = bytes;
    const writer = new WritableStream<Uint8Array>({ write: (bytes) => this.#hear(bytes) })
      .getWriter();
    this.session = new ServerSession({
      transport: {
        readable: new SourceStream(this.#input),
        write: (bytes) => writer.write(bytes),
        cancel: () => this.#input.cancel(),
      },
      remoteAddr: "192.0.2.1:50000",
      handler: program,
      counts: this.counts,
      chunkSize: CHUNK_SIZE,
      chunks: new TagChunks(CHUNK_SIZE),
      limits: { ...DEFAULT_LIMITS, ...limits },
    });
    this.ended = this.session.run().finally(() => this.#hasEnded = true);
  }

  /** A peer that has connected to `live`, and has forgotten what it heard. */
  static async connect(
    options: PeerOptions = {},
    object: Record<string, unknown> = {},
  ): Promise<Peer> {
    const peer = new Peer(options);
    peer.command("connect", 1, { app: "live", tcUrl: "rtmp://example.com/live", ...object });
    await peer.settled();
    peer.messages.length = 0;
    return peer;
  }

  /** A peer that publishes `name` on message stream 1. */
  static async publish(name: string, options: PeerOptions = {}): Promise<Peer> {
    const peer = await Peer.connect(options);
    peer.command("createStream", 2, null);
    peer.publish(1, name);
    await peer.settled();
    peer.messages.length = 0;
    return peer;
  }

  /** Whether the session has ended. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** How many bytes have come from the session. */
  get heardBytes(): number {
    return this.writes.reduce((sum, bytes) => sum + bytes, 0);
  }

  /** How many of the peer's writes the session has not taken. */
  get untaken(): number {
    return this.#input.waiting;
  }

  /** All `onStatus` so far. */
  get statuses(): (Status & { stream: number })[] {
    return statusesIn(this.messages).map(({ stream, status: { level, code, description } }) => (
      { stream, level, code, description }
    ));
  }

  /** The codes of all `onStatus` so far. */
  get codes(): string[] {
    return this.statuses.map(({ code }) => code.replace(/^Net(Stream|Connection)\./, ""));
  }

  /** The values of all commands so far. */
  get commands(): unknown[][] {
    return commandsIn(this.messages);
  }

  /** What has come, in a word each. */
  get heard(): string[] {
    return this.messages.map(describe);
  }

  /** Sends messages, each in a write of its own. */
  send(...messages: RtmpMessage[]): void {
    for (const message of messages) this.write(this.#encoder.encode(message));
  }

  /** Sends bytes. */
  write(bytes: Uint8Array): void {
    // A session may write to what it reads: a socket gives it a copy too.
    this.#input.add(bytes.slice());
  }

  /** Sends a command of the connection. */
  command(name: string, transactionId: number, ...values: unknown[]): void {
    this.send(writeCommand(0, name, transactionId, ...values));
  }

  /** Sends a command of a message stream. */
  streamCommand(messageStreamId: number, name: string, ...values: unknown[]): void {
    this.send(writeCommand(messageStreamId, name, 0, null, ...values));
  }

  /** Asks to publish. */
  publish(messageStreamId: number, name: string, type = "live"): void {
    this.streamCommand(messageStreamId, "publish", name, type);
  }

  /** Sends tags. */
  sendTags(tags: FlvTag[], messageStreamId = 1): void {
    for (const tag of tags) this.send(mediaMessage(tag, messageStreamId));
  }

  /** Says that nothing more comes. */
  end(): void {
    this.#input.end();
  }

  /** Fails, as a connection does that is lost or has taken too long. */
  fail(error: unknown): void {
    this.#input.end({ error });
  }

  /** Takes nothing more from the session until told otherwise. */
  stopReading(): void {
    this.#deaf = Promise.withResolvers();
  }

  /** Takes nothing more, for good: every write to it fails. */
  breakReading(error: unknown): void {
    this.#deaf = Promise.withResolvers();
    this.#deaf.promise.catch(() => {});
    this.#deaf.reject(error);
  }

  /** Takes what waits, and all that comes. */
  readAgain(): void {
    this.#deaf?.resolve();
    this.#deaf = undefined;
  }

  /**
   * Resolves when everything has happened that can happen by itself: when nothing more has changed
   * for some turns of the event loop, however many the session needed before.
   */
  async settled(): Promise<void> {
    let before = this.#activity;
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      await turns(1);
      const now = this.#activity;
      if (now !== before || TURNS.waiting > 0) quiet = -1;
      before = now;
    }
  }

  /** Everything that changes while a session works. */
  get #activity(): string {
    const { requests, publications, sources } = this.program;
    const told = sources.map(({ told, waiting }) => `${told.length} ${waiting}`);
    return [
      ...[this.untaken, this.writes.length, this.messages.length, this.hasEnded],
      ...[this.counts.bytes, this.counts.chunks, this.counts.messages],
      ...[requests.length, publications.length, told],
    ].join();
  }

  async #hear(bytes: Uint8Array): Promise<void> {
    this.writes.push(bytes.length);
    await this.#deaf?.promise;
    this.#chunks.decode(bytes, (chunk) => {
      const message = this.#messages.decode(chunk);
      if (message) this.messages.push(message);
    });
  }
}

const NAMES: Record<number, string> = {
  [MessageType.SetChunkSize]: "SetChunkSize",
  [MessageType.Acknowledgement]: "Acknowledgement",
  [MessageType.WindowAcknowledgementSize]: "WindowAcknowledgementSize",
  [MessageType.SetPeerBandwidth]: "SetPeerBandwidth",
  [MessageType.Audio]: "audio",
  [MessageType.Video]: "video",
};

const EVENTS = ["StreamBegin", "StreamEof", "", "", "", "", "PingRequest", "PingResponse"];

function describe({ typeId, payload }: RtmpMessage): string {
  if (typeId === MessageType.UserControl) return EVENTS[payload[1]!]!;
  if (typeId === MessageType.CommandAmf0) {
    const [name, id, , info] = decodeAmf0(payload);
    return name === "onStatus" ? (info as Status).code : `${name} ${id}`;
  }
  if (typeId === MessageType.DataAmf0) return `${decodeAmf0(payload)[0]}`;
  return NAMES[typeId] ?? `type ${typeId}`;
}
