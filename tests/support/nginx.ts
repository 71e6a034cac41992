/**
 * nginx with its RTMP module, as a peer.
 *
 * @module
 */

import { freePort, isListening } from "./free_port.ts";
import { until } from "./wait.ts";

/** Where Debian's libnginx-mod-rtmp puts the module. */
export const NGINX_RTMP_MODULE = "/usr/lib/nginx/modules/ngx_rtmp_module.so";

/** A server on a free port of loopback, with an app for each block of configuration. */
export class Nginx implements AsyncDisposable {
  readonly port: number;
  readonly #child: Deno.ChildProcess;
  readonly #directory: string;
  readonly #complaints: Promise<string>;

  private constructor(
    port: number,
    child: Deno.ChildProcess,
    directory: string,
    complaints: Promise<string>,
  ) {
    this.port = port;
    this.#child = child;
    this.#directory = directory;
    this.#complaints = complaints;
  }

  /** Starts it and waits until it takes connections. */
  static async start(apps: Record<string, string>): Promise<Nginx> {
    const directory = await Deno.makeTempDir();
    const port = freePort();
    const blocks = Object.entries(apps).map(([app, lines]) => `application ${app} { ${lines} }`);
    const config = `
      load_module ${NGINX_RTMP_MODULE};
      daemon off;
      master_process off;
      error_log stderr error;
      pid ${directory}/nginx.pid;
      events {}
      rtmp {
        server {
          listen 127.0.0.1:${port};
          chunk_size 200;
          ack_window 5000;
          ${blocks.join("\n")}
        }
      }
    `;
    await Deno.writeTextFile(`${directory}/nginx.conf`, config);
    const child = new Deno.Command("nginx", {
      args: ["-p", directory, "-c", "nginx.conf", "-e", "stderr"],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const complaints = new Response(child.stderr).text();
    let ended = false;
    child.status.then(() => ended = true);
    await until("nginx to listen", async () => {
      if (ended) throw new Error(`nginx has ended: ${await complaints}`);
      return await isListening(port);
    });
    return new Nginx(port, child, directory, complaints);
  }

  /** The address of a stream. */
  url(path: string): string {
    return `rtmp://127.0.0.1:${this.port}/${path}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.status;
    await this.#complaints;
    await Deno.remove(this.#directory, { recursive: true });
  }
}
