/**
 * The replies of a message stream to its peer, and its questions to the application.
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

/** The parts of a connection that a message stream uses. */
export interface NetStreamContext {
  readonly writer: MessageWriter;
  readonly handler: SessionHandler;
  readonly counts: ReceivedCounts;
  /** Cuts tags for players in chunks. */
  readonly tagChunks: TagChunks;
  readonly questions: Questions;
  /** The request for the stream that a command names, or a refusal if the name is invalid. */
  request(kind: StreamRequest["kind"], name: unknown): StreamRequest | Refusal;
  /** The path of the stream that a command names, or a refusal if the name is invalid. */
  path(name: unknown): StreamPath | Refusal;
  /** The filter for the tags that the peer supports. */
  filter(): TagFilter;
  /** Called when a publish has been accepted. */
  publishAccepted(): void;
  /** Called when the server has ended a stream. The connection ends if it carries no other stream. */
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

  /** Sends a status to the peer. */
  status(level: "status" | "error", code: string, description: string): void {
    this.#context.writer.send(onStatus(this.id, level, code, description));
  }

  /**
   * Refuses a request of the peer.
   *
   * @param usualCode The code unless the refusal has one.
   */
  refuse({ code, description }: Refusal, usualCode: string): void {
    this.status("error", code ?? usualCode, description);
    this.#context.streamReleased();
  }

  /** Refuses a request with an invalid name, without asking the application. */
  reject(refusal: Refusal, usualCode: string): void {
    this.#context.handler.reject(refusal);
    this.refuse(refusal, usualCode);
  }

  /** Asks the application. If it allows the request after the connection was closed, releases it. */
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
