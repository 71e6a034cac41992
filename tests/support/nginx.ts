/**
 * nginx with its RTMP module, as a peer.
 *
 * @module
 */

import { freePort } from "./free_port.ts";
import { PeerServer } from "./peer_server.ts";

/** Where Debian's libnginx-mod-rtmp puts the module. */
export const NGINX_RTMP_MODULE = "/usr/lib/nginx/modules/ngx_rtmp_module.so";

/** Starts it on a free port of loopback, with an app for each block of configuration. */
export async function startNginx(apps: Record<string, string>): Promise<PeerServer> {
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
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
  const args = ["-p", directory, "-c", "nginx.conf", "-e", "stderr"];
  return await PeerServer.start({ program: "nginx", args, port, directory });
}
