/**
 * What a session asks of the program around it.
 *
 * @module
 */

import type { Publication, StreamRequest } from "../../publication/publication.ts";
import type { PlaySource } from "./player.ts";
import type { TagFilter } from "./player_filter.ts";
import type { Refusal } from "../../publication/refusal.ts";
import type { Inspection } from "./trial.ts";

/** The questions of a session; the rest of the conversation it leads by itself. */
export interface SessionHandler {
  /** Whether a peer may connect to `app`, as it wrote it: a refusal, or nothing. */
  admit(app: string): Promise<Refusal | undefined>;
  /** Whether a stream may be published or played: a refusal, or nothing. */
  authorize(request: StreamRequest): Promise<Refusal | undefined>;
  /** Notes that a publish or play was refused because it names no stream. */
  reject(refusal: Refusal): void;
  /** Notes what the operator should know of this peer. */
  warn(text: string): void;
  /**
   * The inspection of a publication's first frames before it claims its name, if there is one. Its
   * publisher is then told of success before the claim.
   */
  inspection?(request: StreamRequest): Inspection | undefined;
  /** Whether the publication of a request may have its name: a refusal, or nothing. */
  claim(publication: Publication, request: StreamRequest): Refusal | undefined;
  /** The publisher has been told that it may begin. */
  begin(publication: Publication): void;
  /** What a player gets, filtered to what it knows; or a refusal. */
  play(request: StreamRequest, filter: TagFilter): Promise<PlaySource | Refusal>;
  /** What `authorize` has allowed does not begin. */
  release(request: StreamRequest): void;
  /** What is played has failed, through no fault of the peer. */
  playFailed(request: StreamRequest, error: unknown): void;
}
