/**
 * A server that runs, as the command line deals with it.
 *
 * @module
 */

import type { RtmpServer } from "../../serve/types.ts";

/** What is announced, and ended. */
export interface Running {
  readonly rtmp: RtmpServer;
  /** `undefined` when HTTP is off. */
  readonly http: { readonly port: number } | undefined;
  /** The token for API calls that modify state; `undefined` when none is needed. */
  readonly apiToken: string | undefined;
  /** Settles when `--output` has been written, or cannot be; `undefined` without it. */
  readonly output: Promise<void> | undefined;
  /** Ends publications and recordings, then HTTP. */
  shutdown(): Promise<void>;
}
