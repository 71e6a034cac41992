/**
 * The program around a session, as tests need it.
 *
 * @module
 */

import type { FlvTag } from "../../src/flv/flv_tag.ts";
import type { PlaySource } from "../../src/session/server/player.ts";
import type { TagFilter } from "../../src/session/server/player_filter.ts";
import type { Publication, StreamRequest } from "../../src/publication/publication.ts";
import type { SessionHandler } from "../../src/session/server/session_handler.ts";
import type { Refusal } from "../../src/publication/refusal.ts";

/** Allows everything unless told otherwise, and keeps what it is asked and given. */
export class FakeProgram implements SessionHandler {
  readonly requests: StreamRequest[] = [];
  readonly publications: Publication[] = [];
  readonly sources: FakeSource[] = [];
  readonly filters: TagFilter[] = [];
  /** What was allowed, and then did not begin. */
  readonly released: StreamRequest[] = [];
  /** What the sources failed with. */
  readonly failures: unknown[] = [];
  /** What has been refused by the session itself. */
  readonly rejected: Refusal[] = [];
  /** What the session has warned of. */
  readonly warnings: string[] = [];
  /** Answers `admit`. */
  letIn: (app: string) => Refusal | undefined = () => undefined;
  /** Answers `authorize`. */
  allow: (request: StreamRequest) => Refusal | undefined | Promise<Refusal | undefined> = () =>
    undefined;
  /** Answers `claim`. */
  give: (publication: Publication) => Refusal | undefined = () => undefined;
  /** Is called by `begin`. */
  begun: (publication: Publication) => void = () => {};
  /** Answers `play`. */
  show: (
    request: StreamRequest,
  ) => PlaySource | Refusal | undefined | Promise<PlaySource | Refusal> = () => undefined;

  admit(app: string): Promise<Refusal | undefined> {
    return Promise.resolve(this.letIn(app));
  }

  reject(refusal: Refusal): void {
    this.rejected.push(refusal);
  }

  warn(text: string): void {
    this.warnings.push(text);
  }

  async authorize(request: StreamRequest): Promise<Refusal | undefined> {
    this.requests.push(request);
    return await this.allow(request);
  }

  claim(publication: Publication): Refusal | undefined {
    return this.give(publication);
  }

  begin(publication: Publication): void {
    this.publications.push(publication);
    this.begun(publication);
  }

  async play(request: StreamRequest, filter: TagFilter): Promise<PlaySource | Refusal> {
    const answer = await this.show(request);
    if (answer) return answer;
    const source = new FakeSource();
    this.sources.push(source);
    this.filters.push(filter);
    return source;
  }

  release(request: StreamRequest): void {
    this.released.push(request);
  }

  playFailed(_: StreamRequest, error: unknown): void {
    this.failures.push(error);
  }
}

/** Something to play. */
export class FakeSource implements PlaySource {
  readonly tags: ReadableStream<FlvTag>;
  /** What the session has told it, in order. */
  readonly told: string[] = [];
  #controller!: ReadableStreamDefaultController<FlvTag>;

  constructor() {
    this.tags = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      cancel: () => void this.told.push("left"),
    }, { highWaterMark: 0 });
  }

  /** Tags that the session has not taken. */
  get waiting(): number {
    return -this.#controller.desiredSize!;
  }

  pause(paused: boolean): void {
    this.told.push(paused ? "paused" : "unpaused");
  }

  receive(type: "audio" | "video", wanted: boolean): void {
    this.told.push(`${type} ${wanted}`);
  }

  show(...tags: FlvTag[]): void {
    for (const tag of tags) this.#controller.enqueue(tag);
  }

  end(): void {
    this.#controller.close();
  }

  fail(error: unknown): void {
    this.#controller.error(error);
  }
}
