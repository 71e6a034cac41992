/**
 * The configuration of relays on the command line.
 *
 * @module
 */

/** A stream of this server, and its URL on the other server. */
export interface RelayConfig {
  /** Its path, as `live/demo`. */
  stream: string;
  /** `rtmp://host/app/name`; the name is often a secret. */
  url: string;
}

/** A stream to pull. */
export interface PullConfig extends RelayConfig {
  /** Whether it is pulled all the time, and not only while it has viewers. */
  always: boolean;
}
