/**
 * Node-Media-Server with nothing but RTMP on loopback, until it is killed. For Node:
 *
 *     node nms_server.mjs DIRECTORY_OF_NODE_MODULES PORT DIRECTORY_TO_WRITE_TO
 *
 * @module
 */

import process from "node:process";
import { pathToFileURL } from "node:url";

const [modules, port, directory] = process.argv.slice(2);
const library = pathToFileURL(`${modules}/node-media-server/src/index.js`).href;
const { default: NodeMediaServer } = await import(library);

await new NodeMediaServer({
  bind: "127.0.0.1",
  rtmp: { port: Number(port) },
  webadmin: { enable: false },
  record: { auto: false },
  store: { path: directory },
}).run();
