/**
 * A message stream, as the server keeps it: what is published on it.
 *
 * @module
 */

import type { ReceivedCounts } from "../ledger/received_counts.ts";
import type { Command } from "../message/command.ts";
import type { RtmpMessage } from "../message/message.ts";
import type { MessageWriter } from "./message_writer.ts";
import { type PublicationEnd, PublicationInput, type StreamRequest } from "./publication.ts";
import type { SessionHandler } from "./session_handler.ts";
import { onStatus, type Refusal, StatusCode } from "./status.ts";

/** What a message stream needs of its connection. */
export interface NetStreamContext {
  readonly writer: MessageWriter;
  readonly handler: SessionHandler;
  readonly counts: ReceivedCounts;
  /** Turns the name in a command into the whole request. */
  request(kind: StreamRequest["kind"], name: unknown): StreamRequest;
  /** The message stream has ended from this side: the connection goes too if it carries nothing. */
  released(): void;
}

/** The NetStream commands of one message stream (RTMP 1.0, section 7.2.2). */
export class NetStream {
  readonly id: number;
  readonly #context: NetStreamContext;
  #input: PublicationInput | undefined;

  constructor(id: number, context: NetStreamContext) {
    this.id = id;
    this.#context = context;
  }

  /** Whether something is published here. */
  get active(): boolean {
    return this.#input !== undefined;
  }

  /** The name under which something is published here. */
  get name(): string | undefined {
    return this.#input?.publication.name;
  }

  /**
   * `publish` (section 7.2.2.6). Success is said when the application has allowed it and the name
   * is ours. A second `publish` on a stream that already has a publication changes nothing.
   */
  async publish(command: Command): Promise<void> {
    if (this.#input) return;
    const { handler, writer } = this.#context;
    const request = this.#context.request("publish", command.args[0]);
    const refusal = await handler.authorize(request);
    if (refusal) return this.#refuse(refusal, StatusCode.PublishDenied);
    const input = new PublicationInput(
      request,
      this.#context.counts,
      (reason) => this.#closeFromHere(reason),
    );
    const taken = handler.claim(input.publication);
    if (taken) return this.#refuse(taken, StatusCode.PublishBadName);
    this.#input = input;
    writer.send(onStatus(this.id, "status", StatusCode.PublishStart, `Publishing ${request.name}`));
    handler.begin(input.publication);
  }

  /** Hands on an audio, video or data message of this stream. */
  write(message: RtmpMessage): Promise<void> | undefined {
    if (this.#input) return this.#input.write(message);
    this.#context.counts.discard("unpublished");
  }

  /** The publisher has ended its stream: `FCUnpublish`, `closeStream` or `deleteStream`. */
  unpublish(): void {
    if (!this.#end({ reason: "unpublished", description: "The publisher ended it" })) return;
    this.#context.writer.send(
      onStatus(this.id, "status", StatusCode.UnpublishSuccess, "The stream has ended"),
    );
  }

  /** The connection has ended, and with it what is published here. */
  disconnect(end: PublicationEnd): void {
    this.#end(end);
  }

  #closeFromHere(reason: string): void {
    if (!this.#end({ reason: "closed", description: reason })) return;
    this.#context.writer.send(onStatus(this.id, "error", StatusCode.Failed, reason));
    this.#context.released();
  }

  #end(end: PublicationEnd): boolean {
    if (!this.#input) return false;
    this.#input.end(end);
    this.#input = undefined;
    return true;
  }

  #refuse({ code, description }: Refusal, usualCode: string): void {
    this.#context.writer.send(onStatus(this.id, "error", code ?? usualCode, description));
    this.#context.released();
  }
}
