/**
 * A peer of a server session, without a socket.
 *
 * @module
 */

import { assert } from "@std/assert";
import { decodeAmf0 } from "../../src/amf/decode_amf0.ts";
import type { ReceivedCounts } from "../../src/ledger/received_counts.ts";
import { MessageType, type RtmpMessage } from "../../src/message/message.ts";
import type { ServerSession, SessionEnd } from "../../src/session/server/server_session.ts";
import type { Status } from "../support/commands.ts";
import { FakePeer } from "../support/fake_peer.ts";
import { promisesDone } from "../support/streams.ts";
import { until } from "../support/wait.ts";
import type { FakeProgram } from "./fake_program.ts";
import { MemorySession, type MemorySessionOptions } from "./memory_session.ts";

/** The far side of a {@linkcode ServerSession}. */
export class Peer extends FakePeer {
  readonly program: FakeProgram;
  readonly session: ServerSession;
  readonly counts: ReceivedCounts;
  /** How the session ends. */
  readonly sessionEnd: Promise<SessionEnd>;
  /** Bytes of every write of the session. */
  readonly writes: number[] = [];
  readonly #memory: MemorySession;
  #hasEnded = false;

  constructor(options: MemorySessionOptions = {}) {
    const memory = new MemorySession(options);
    super(memory.streams);
    this.#memory = memory;
    this.program = memory.program;
    this.session = memory.session;
    this.counts = memory.counts;
    this.sessionEnd = memory.ended.finally(() => this.#hasEnded = true);
  }

  /** A peer that has connected to `live`, and has forgotten what it heard. */
  static async connect(
    options: MemorySessionOptions = {},
    object: Record<string, unknown> = {},
  ): Promise<Peer> {
    const peer = new Peer(options);
    peer.command("connect", 1, { app: "live", tcUrl: "rtmp://example.com/live", ...object });
    await peer.settled();
    peer.messages.length = 0;
    return peer;
  }

  /** A peer that publishes `name` on message stream 1. */
  static async publish(name: string, options: MemorySessionOptions = {}): Promise<Peer> {
    const peer = await Peer.connect(options);
    peer.command("createStream", 2, null);
    peer.publish(1, name);
    await peer.settled();
    peer.messages.length = 0;
    return peer;
  }

  /** How many bytes have come from the session. */
  get heardBytes(): number {
    return this.writes.reduce((sum, bytes) => sum + bytes, 0);
  }

  /** The codes of all `onStatus` so far. */
  get codes(): string[] {
    return this.statuses.map(({ code }) => code.replace(/^Net(Stream|Connection)\./, ""));
  }

  /** What has come, in a word each. */
  get heard(): string[] {
    return this.messages.map(describe);
  }

  /** Sends messages, each in a write of its own. */
  override send(...messages: RtmpMessage[]): void {
    for (const message of messages) super.send(message);
  }

  /**
   * Resolves when the session has dealt with everything that it was sent, and what came of it has
   * come: when it reads again, or has ended.
   */
  async settled(): Promise<void> {
    await until("the session to read again", async () => {
      await promisesDone();
      return this.#hasEnded || this.#memory.isReading;
    });
  }

  /**
   * Resolves when the session has gone as far as it can, and does not read again: something that
   * the test has in its hands holds it back.
   */
  async held(): Promise<void> {
    await promisesDone();
    assert(!this.#hasEnded && !this.#memory.isReading, "the session is not held back");
  }

  protected override received(bytes: Uint8Array): void {
    this.writes.push(bytes.length);
    super.received(bytes);
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
