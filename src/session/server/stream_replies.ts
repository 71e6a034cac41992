/**
 * What a message stream says to its peer, and asks the application for it.
 *
 * @module
 */

import type { StreamRequest } from "../../publication/publication.ts";
import type { Refusal } from "../../publication/refusal.ts";
import type { StreamPath } from "../../publication/stream_path.ts";
import type { ReceivedCounts } from "../../ledger/received_counts.ts";
import type { MessageWriter } from "../message_writer.ts";
import { onStatus } from "../status.ts";
import type { TagFilter } from "./player_filter.ts";
import type { Questions } from "./questions.ts";
import type { SessionHandler } from "./session_handler.ts";
import type { TagChunks } from "./tag_chunks.ts";

/** What a message stream needs of its connection. */
export interface NetStreamContext {
  readonly writer: MessageWriter;
  readonly handler: SessionHandler;
  readonly counts: ReceivedCounts;
  /** Cuts tags for players in chunks. */
  readonly tagChunks: TagChunks;
  readonly questions: Questions;
  /** Turns the name in a command into the whole request, or says why no stream can have it. */
  request(kind: StreamRequest["kind"], name: unknown): StreamRequest | Refusal;
  /** The path that a name in a command stands for, or why it stands for none. */
  path(name: unknown): StreamPath | Refusal;
  /** What the peer can be played. */
  filter(): TagFilter;
  /** A publish has been accepted. */
  publishAccepted(): void;
  /** The server has ended what was here: the connection ends too if it carries nothing else. */
  streamReleased(): void;
}

/** The replies on one message stream. */
export class StreamReplies {
  readonly id: number;
  readonly #context: NetStreamContext;
  #asking = false;

  constructor(id: number, context: NetStreamContext) {
    this.id = id;
    this.#context = context;
  }

  /** Whether the application is being asked. */
  get isAsking(): boolean {
    return this.#asking;
  }

  /** Tells the peer how things stand. */
  status(level: "status" | "error", code: string, description: string): void {
    this.#context.writer.send(onStatus(this.id, level, code, description));
  }

  /**
   * Refuses what the peer has asked for.
   *
   * @param usualCode The code unless the refusal has one.
   */
  refuse({ code, description }: Refusal, usualCode: string): void {
    this.status("error", code ?? usualCode, description);
    this.#context.streamReleased();
  }

  /** Refuses what names no stream: the application need not be asked. */
  reject(refusal: Refusal, usualCode: string): void {
    this.#context.handler.reject(refusal);
    this.refuse(refusal, usualCode);
  }

  /** Asks the application; what it allows on a connection that is closed meanwhile is released. */
  async isAllowed(request: StreamRequest, usualCode: string): Promise<boolean> {
    const { handler } = this.#context;
    const refusal = await this.ask(
      handler.authorize(request),
      (late) => late ?? handler.release(request),
    );
    if (refusal?.answer) this.refuse(refusal.answer, usualCode);
    return refusal !== undefined && refusal.answer === undefined;
  }

  /** Waits for the application. Meanwhile the connection does not count as inactive. */
  async ask<T>(
    question: Promise<T>,
    giveUp: (answer: T) => void,
  ): Promise<{ answer: T } | undefined> {
    this.#asking = true;
    try {
      return await this.#context.questions.ask(question, giveUp);
    } finally {
      this.#asking = false;
    }
  }
}
