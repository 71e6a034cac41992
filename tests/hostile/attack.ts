/**
 * An attack on a server, beside which everything honest has to go on.
 *
 * To add one, write an entry in a file of `attacks/`: a name, and what the attacker does. It runs in a
 * worker, so that what it costs the attacker delays no other; the server is a process of its own.
 *
 * @module
 */

/** What an attacker knows of the server, and where it puts what has to be closed in the end. */
export interface Target {
  /** Ports on 127.0.0.1. */
  readonly port: number;
  readonly httpPort: number;
  /** `http://127.0.0.1:port`. */
  readonly http: string;
  /** The server's number in the system's list of processes. */
  readonly pid: number;
  /** Where it records, if the attack asks for recordings. */
  readonly directory: string;
  /** What is closed when the honest peers have been seen to go on. */
  readonly peers: DisposableStack;
}

/** One attack. */
export interface Attack {
  /** What the attacker does, as it stands after "while". */
  name: string;
  /** Flags of the server. */
  args?: string[];
  /** The stream key of the server, which the honest publisher has. */
  streamKey?: string;
  /** Whether the server records every publication. */
  records?: boolean;
  /** File descriptors that the server may have, if fewer than usual. */
  descriptors?: number;
  /** Mebibytes that the server may take beyond what it had before. */
  mebibytes?: number;
  /** Does the worst, and resolves when the server has taken all of it that it takes. */
  run(target: Target): Promise<void>;
  /** Looks at what the attack has left behind, and throws when that is wrong. */
  check?(target: Target): Promise<void>;
}
