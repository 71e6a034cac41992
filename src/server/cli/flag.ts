/**
 * The definition of a flag of the command line.
 *
 * @module
 */

/** The topics of flags, which are the sections of `--help`, in this order. */
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
  /** Its section of `--help`. */
  topic: keyof typeof TOPICS;
  /** One or two lines for `--help` and the documents. */
  help: string;
  /** The page of `docs/` that says more, with its anchor. */
  more?: string;
  /** The permissions of Deno that it needs beyond `--allow-net`. */
  permissions?: string;
  /** The placeholder for its value, as `PORT`. A flag without one is a switch. */
  placeholder?: string;
  /** Its default, as on the command line. */
  default?: string;
  /** The description of its default in `--help`, if that is no value. */
  otherwise?: string;
  /** Whether it can be given more than once. */
  repeatable?: true;
  /** Whether its value is secret, and can be in the variable `SLUICE_<FLAG>`. */
  secret?: true;
  /**
   * Reads its value.
   *
   * @param from Its source for messages: the flag, or a variable.
   * @throws {ConfigError} If it is invalid.
   */
  read?(text: string, from: string): unknown;
}
