/**
 * Node-Media-Server, as a peer.
 *
 * @module
 */

import { freePort, isListening } from "./free_port.ts";
import type { Tool } from "./tools.ts";
import { until } from "./wait.ts";

/** Where `.ci/run` installs it. */
const NODE_MODULES = `${Deno.env.get("TMPDIR") ?? "/tmp"}/sluice-node-media-server/node_modules`;

/** What {@linkcode Nms} needs. */
export const NMS: Tool[] = ["node", `${NODE_MODULES}/node-media-server/package.json`];

const PROGRAM = new URL("nms_server.mjs", import.meta.url).pathname;

/** A server on a free port of loopback. */
export class Nms implements AsyncDisposable {
  readonly #port: number;
  readonly #child: Deno.ChildProcess;
  readonly #directory: string;
  readonly #complaints: Promise<string>;

  private constructor(
    port: number,
    child: Deno.ChildProcess,
    directory: string,
    complaints: Promise<string>,
  ) {
    this.#port = port;
    this.#child = child;
    this.#directory = directory;
    this.#complaints = complaints;
  }

  /** Starts it and waits until it takes connections. */
  static async start(): Promise<Nms> {
    const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
    const port = freePort();
    const child = new Deno.Command("node", {
      args: [PROGRAM, NODE_MODULES, String(port), directory],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const complaints = new Response(child.stderr).text();
    let ended = false;
    child.status.then(() => ended = true);
    await until("Node-Media-Server to listen", async () => {
      if (ended) throw new Error(`Node-Media-Server has ended: ${await complaints}`);
      return await isListening(port);
    });
    return new Nms(port, child, directory, complaints);
  }

  /** The address of a stream. */
  url(path: string): string {
    return `rtmp://127.0.0.1:${this.#port}/${path}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#complaints;
    await Deno.remove(this.#directory, { recursive: true });
  }
}
