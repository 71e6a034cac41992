/**
 * WebSockets byte by byte, and a viewer of WS-FLV.
 *
 * @module
 */

import { FlvReader } from "./http.ts";

/** The headers of a request for a WebSocket, with the key of RFC 6455, section 1.3. */
export const UPGRADE: readonly string[] = [
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
];

/**
 * A frame of a client, of zeros and masked with zeros (RFC 6455, section 5.2).
 *
 * @param head FIN and the opcode.
 * @param length Bytes of payload: at most 125.
 */
export function webSocketFrame(head: number, length: number): Uint8Array {
  const bytes = new Uint8Array(6 + length);
  bytes.set([head, 0x80 | length]);
  return bytes;
}

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
