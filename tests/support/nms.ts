/**
 * Node-Media-Server, as a peer.
 *
 * @module
 */

import { freePort } from "./free_port.ts";
import { PeerServer } from "./peer_server.ts";
import type { Tool } from "./tools.ts";

/** Where `.ci/run` installs it. */
const NODE_MODULES = `${Deno.env.get("TMPDIR") ?? "/tmp"}/sluice-node-media-server/node_modules`;

/** What {@linkcode startNms} needs. */
export const NMS: Tool[] = ["node", `${NODE_MODULES}/node-media-server/package.json`];

const PROGRAM = new URL("nms_server.mjs", import.meta.url).pathname;

/** Starts it on a free port of loopback. */
export async function startNms(): Promise<PeerServer> {
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
  const port = freePort();
  const args = [PROGRAM, NODE_MODULES, String(port), directory];
  return await PeerServer.start({ program: "node", args, port, directory });
}
