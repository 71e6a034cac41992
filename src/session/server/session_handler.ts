/**
 * The interface through which a session asks the server for decisions.
 *
 * @module
 */

import type { Publication, StreamRequest } from "../../publication/publication.ts";
import type { PlaySource } from "./player.ts";
import type { TagFilter } from "./player_filter.ts";
import type { Refusal } from "../../publication/refusal.ts";
import type { Inspection } from "./trial.ts";

/** The decisions that a session leaves to the server. */
export interface SessionHandler {
  /** Decides whether a peer may connect to `app`, as it wrote it. Returns a refusal, or nothing. */
  admit(app: string): Promise<Refusal | undefined>;
  /** Decides whether a stream may be published or played. Returns a refusal, or nothing. */
  authorize(request: StreamRequest): Promise<Refusal | undefined>;
  /** Counts and logs a publish or play that was refused because its name is invalid. */
  reject(refusal: Refusal): void;
  /** Logs a warning about this peer for the operator. */
  warn(text: string): void;
  /**
   * The inspection of a publication's first frames before it claims its name, if there is one. In
   * that case the publisher gets its success reply before the claim.
   */
  inspection?(request: StreamRequest): Inspection | undefined;
  /** Claims the name of a publication. Returns a refusal, or nothing. */
  claim(publication: Publication, request: StreamRequest): Refusal | undefined;
  /** Called after the publisher got its success reply. */
  begin(publication: Publication): void;
  /** The source of tags for a player, filtered to what the player supports; or a refusal. */
  play(request: StreamRequest, filter: TagFilter): Promise<PlaySource | Refusal>;
  /** Called when a request that `authorize` has allowed does not begin. */
  release(request: StreamRequest): void;
  /** Called when the source of a player has failed. */
  playFailed(request: StreamRequest, error: unknown): void;
}
