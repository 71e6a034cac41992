/**
 * A relay as the command line asks for it.
 *
 * @module
 */

/** A stream of this server, and the URL of its other end. */
export interface RelayConfig {
  /** Its path, as `live/demo`. */
  stream: string;
  /** `rtmp://host/app/name`; the name is often a secret. */
  url: string;
}

/** A stream to bring in. */
export interface PullConfig extends RelayConfig {
  /** Whether it is brought in all the time, and not only while it has viewers. */
  always: boolean;
}
