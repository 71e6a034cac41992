/**
 * A viewer of WS-FLV.
 *
 * @module
 */

import { FlvReader } from "./http.ts";

/** A browser's WebSocket, its messages, and how it was closed. */
export interface WebSocketViewer {
  socket: WebSocket;
  reader: FlvReader;
  closed: Promise<CloseEvent>;
}

/** Opens a WebSocket on a path of a server at an `http:` URL. */
export function watchWebSocket(url: string, path = "/live/demo.flv"): WebSocketViewer {
  const socket = new WebSocket(`${url.replace("http", "ws")}${path}`);
  socket.binaryType = "arraybuffer";
  const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  const messages = new ReadableStream<Uint8Array>({
    start(controller) {
      socket.onmessage = ({ data }) => controller.enqueue(new Uint8Array(data));
      closed.then(() => controller.close());
    },
  });
  return { socket, reader: new FlvReader(messages), closed };
}
