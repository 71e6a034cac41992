/**
 * A server session within the process, and the two streams on which a peer talks to it.
 *
 * @module
 */

import { ReceivedCounts } from "../../src/ledger/received_counts.ts";
import type { Source } from "../../src/pipeline/source.ts";
import { SourceStream } from "../../src/pipeline/source_stream.ts";
import { DEFAULT_LIMITS, type RtmpLimits } from "../../src/session/limits.ts";
import { ServerSession, type SessionEnd } from "../../src/session/server/server_session.ts";
import { TagChunks } from "../../src/session/server/tag_chunks.ts";
import type { PeerStreams } from "../support/fake_peer.ts";
import { FakeProgram } from "./fake_program.ts";

/** What a session announces here. */
export const CHUNK_SIZE = 4096;

/** How a session is to be. */
export interface MemorySessionOptions {
  program?: FakeProgram;
  limits?: Partial<RtmpLimits>;
  /** Bytes that have been received before. */
  bytes?: number;
}

/** A {@linkcode ServerSession} that runs. */
export class MemorySession {
  readonly program: FakeProgram;
  readonly session: ServerSession;
  readonly counts: ReceivedCounts = new ReceivedCounts();
  /** The peer's end of the connection. */
  readonly streams: PeerStreams;
  /** How the session ends. */
  readonly ended: Promise<SessionEnd>;
  #isReading = false;

  constructor({ program = new FakeProgram(), limits = {}, bytes = 0 }: MemorySessionOptions) {
    this.program = program;
    this.counts.bytes = bytes;
    const there = new TransformStream<Uint8Array, Uint8Array>();
    const back = new TransformStream<Uint8Array, Uint8Array>();
    this.streams = { readable: back.readable, writable: there.writable };
    const writer = back.writable.getWriter();
    const input = this.#input(there.readable);
    this.session = new ServerSession({
      transport: {
        readable: new SourceStream(input),
        write: (bytes) => writer.write(bytes),
        cancel: () => void input.cancel(undefined),
      },
      remoteAddr: "192.0.2.1:50000",
      handler: program,
      counts: this.counts,
      chunkSize: CHUNK_SIZE,
      chunks: new TagChunks(CHUNK_SIZE),
      limits: { ...DEFAULT_LIMITS, ...limits },
    });
    // The peer may not read any more.
    this.ended = this.session.run().finally(() => void writer.close().catch(() => {}));
  }

  /**
   * Whether the session reads, and there is nothing: it does that only when everything before has
   * been dealt with.
   */
  get isReading(): boolean {
    return this.#isReading;
  }

  /** Gives the writes of the peer one by one, as a socket gives its reads. */
  #input(readable: ReadableStream<Uint8Array>): Source<Uint8Array> {
    const reader = readable.getReader();
    return {
      pull: (puller) => {
        this.#isReading = true;
        reader.read().finally(() => this.#isReading = false).then(({ value }) => {
          // A session may write to what it reads: a socket gives it a copy too.
          if (value) puller.receive(value.slice());
          puller.endStep(value !== undefined);
        }, (error) => puller.failStep(error));
      },
      cancel: () => void reader.cancel().catch(() => {}),
    };
  }
}
