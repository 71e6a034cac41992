/**
 * The publication of a message stream.
 *
 * @module
 */

import type { Command } from "../../message/command.ts";
import type { RtmpMessage } from "../../message/message.ts";
import type { PublicationEnd, StreamRequest } from "../../publication/publication.ts";
import { StatusCode } from "../status.ts";
import { MessageInput } from "./message_input.ts";
import type { NetStreamContext, StreamReplies } from "./stream_replies.ts";
import { mediaOf, Trial } from "./trial.ts";

/** The publishing half of a message stream (RTMP 1.0, section 7.2.2.6). */
export class PublishingStream {
  readonly #context: NetStreamContext;
  readonly #replies: StreamReplies;
  #input: MessageInput | undefined;
  /** The request of a publication on trial, and its held messages. */
  #trial: { request: StreamRequest; trial: Trial<RtmpMessage> } | undefined;
  #hasPublished = false;

  constructor(context: NetStreamContext, replies: StreamReplies) {
    this.#context = context;
    this.#replies = replies;
  }

  /** Whether it publishes. */
  get isActive(): boolean {
    return this.#input !== undefined;
  }

  /** The path of its publication. */
  get path(): string | undefined {
    return this.#input?.publication.path;
  }

  /**
   * `publish` (section 7.2.2.6). The peer is told of success when the application has allowed it
   * and the name is the publication's. On a stream that publishes already, another name changes
   * nothing.
   */
  async publish({ args: [name, type] }: Command): Promise<void> {
    if (this.#input) return;
    const request = this.#context.request("publish", name);
    if ("description" in request) return this.#replies.reject(request, StatusCode.PublishDenied);
    request.type = type === "record" || type === "append" ? type : "live";
    if (!await this.#replies.isAllowed(request, StatusCode.PublishDenied)) return;
    const { handler, counts } = this.#context;
    const input = new MessageInput(
      request,
      counts,
      (reason) => this.#closeFromHere(input, reason),
    );
    // Set before the name is claimed: that may close another stream of this connection, which must
    // survive it.
    this.#input = input;
    this.#hasPublished = true;
    const inspection = handler.inspection?.(request);
    if (inspection) this.#trial = { request, trial: new Trial(inspection) };
    else if (!this.#claim(input, request)) return;
    this.#context.publishAccepted();
    this.#replies.status("status", StatusCode.PublishStart, `Publishing ${request.name}`);
    if (!inspection) handler.begin(input.publication);
  }

  /** Claims the name of a publication; one that does not get it is refused. */
  #claim(input: MessageInput, request: StreamRequest): boolean {
    const { handler } = this.#context;
    const taken = handler.claim(input.publication, request);
    if (taken) {
      this.end({ reason: "closed", description: taken.description });
      this.#replies.refuse(taken, StatusCode.PublishBadName);
    }
    // The application may have ended it while it was asked.
    if (this.#input === input) return true;
    handler.release(request);
    return false;
  }

  /** Holds a message of a publication on trial; after the verdict all of them are passed on. */
  async #try(message: RtmpMessage): Promise<void> {
    const { request, trial } = this.#trial!;
    const input = this.#input!;
    const verdict = trial.take(message, message.payload.length, mediaOf(message));
    if (verdict === undefined) return;
    if (verdict !== true) {
      this.end({ reason: "closed", description: verdict.description });
      return this.#replies.refuse(verdict, StatusCode.PublishBadName);
    }
    this.#trial = undefined;
    if (!this.#claim(input, request)) return this.#discard(trial);
    this.#context.handler.begin(input.publication);
    for (const held of trial.held) await input.write(held);
  }

  #discard({ held }: Trial<RtmpMessage>): void {
    for (let count = 0; count < held.length; count++) this.#context.counts.discard("unpublished");
  }

  /**
   * Passes on an audio, video or data message. Returns a promise if the application has to be waited
   * for.
   */
  write(message: RtmpMessage): Promise<void> | undefined {
    if (this.#trial) return this.#try(message);
    if (this.#input) return this.#input.write(message);
    this.#context.counts.discard("unpublished");
  }

  /** Called when the peer ends it. */
  close(): void {
    if (!this.end({ reason: "unpublished", description: "The publisher ended it" })) return;
    this.#replies.status("status", StatusCode.UnpublishSuccess, "The stream has ended");
  }

  /** Ends the publication; returns whether there was one. */
  end(end: PublicationEnd): boolean {
    if (!this.#input) return false;
    this.#input.end(end);
    this.#input = undefined;
    if (this.#trial) {
      this.#discard(this.#trial.trial);
      this.#context.handler.release(this.#trial.request);
      this.#trial = undefined;
    }
    return true;
  }

  /**
   * Whether `publish` with this name ends a publication: `false` does, and so does no name, as
   * Wirecast sends it, unless it is the app that names the stream.
   */
  isEnd(name: unknown): boolean {
    if (name === false) return true;
    if (name || !this.#hasPublished) return false;
    const path = this.#context.path(name);
    return !("path" in path && path.path === this.path);
  }

  #closeFromHere(input: MessageInput, reason: string): void {
    if (this.#input !== input) return;
    this.end({ reason: "closed", description: reason });
    this.#replies.status("error", StatusCode.Failed, reason);
    this.#context.streamReleased();
  }
}
