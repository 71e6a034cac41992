/**
 * What a flag of the command line is.
 *
 * @module
 */

/** What flags are about; each is a section of `--help`, in this order. */
export const TOPICS = {
  listen: "Where it listens",
  access: "Who may publish and modify state",
  record: "Recording",
  relay: "Relays to and from other servers",
  limits: "Limits",
  log: "Log",
  about: "About",
} as const;

/** A flag of the command line. */
export interface Flag {
  /** The section of `--help` it stands in. */
  topic: keyof typeof TOPICS;
  /** One or two lines for `--help` and the documents. */
  help: string;
  /** The page of `docs/` that says more, with its anchor. */
  more?: string;
  /** The permissions of Deno it needs beyond `--allow-net`. */
  permissions?: string;
  /** What stands for its value, as `PORT`. A flag without one is a switch. */
  placeholder?: string;
  /** Its value where it is not given, as it would be written. */
  default?: string;
  /** What `--help` shows for the default, where that is no value. */
  otherwise?: string;
  /** Whether it can be given more than once. */
  repeatable?: true;
  /** Whether it holds a secret, and can be read from the variable `SLUICE_<FLAG>`. */
  secret?: true;
  /**
   * Reads its value.
   *
   * @param from Where it was written, for messages: the flag, or a variable.
   * @throws {ConfigError} If it makes no sense.
   */
  read?(text: string, from: string): unknown;
}
