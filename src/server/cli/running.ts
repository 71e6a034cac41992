/**
 * The running server, as the command line sees it.
 *
 * @module
 */

import type { RtmpServer } from "../../serve/types.ts";

/** The parts of the running server that the command line uses. */
export interface Running {
  readonly rtmp: RtmpServer;
  /** `undefined` when HTTP is off. */
  readonly http: { readonly port: number } | undefined;
  /** The token for API calls that modify state; `undefined` when none is needed. */
  readonly apiToken: string | undefined;
  /** Settles when `--output` is complete or has failed; `undefined` without it. */
  readonly output: Promise<void> | undefined;
  /** Ends publications and recordings, then HTTP. */
  shutdown(): Promise<void>;
}
