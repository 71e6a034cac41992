/**
 * Another server, as a peer to test with.
 *
 * @module
 */

import { toText } from "@std/streams";
import { isListening } from "./free_port.ts";
import { until } from "./wait.ts";

/** How to start it. */
export interface PeerOptions {
  program: string;
  args: string[];
  /** Where it listens when it is ready. */
  port: number;
  /** What it may write into; it is removed with the server. */
  directory: string;
}

/** A server that runs until it is disposed of. */
export class PeerServer implements AsyncDisposable {
  readonly port: number;
  readonly #child: Deno.ChildProcess;
  readonly #directory: string;
  readonly #complaints: Promise<string>;

  private constructor({ program, args, port, directory }: PeerOptions) {
    this.port = port;
    this.#directory = directory;
    this.#child = new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#complaints = toText(this.#child.stderr);
  }

  /** Starts it and waits until it takes connections. */
  static async start(options: PeerOptions): Promise<PeerServer> {
    const server = new PeerServer(options);
    let ended = false;
    server.#child.status.then(() => ended = true);
    await until(`${options.program} to listen`, async () => {
      if (ended) throw new Error(`${options.program} has ended: ${await server.#complaints}`);
      return await isListening(options.port);
    });
    return server;
  }

  /** The address of a stream. */
  url(path: string): string {
    return `rtmp://127.0.0.1:${this.port}/${path}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // In an orderly way: it may still have to write what it has taken.
    this.#child.kill("SIGTERM");
    await this.#child.status;
    await this.#complaints;
    await Deno.remove(this.#directory, { recursive: true });
  }
}
