/**
 * Types and loading of the npm package `ws`.
 *
 * Its version is 7: later ones read an environment variable when they are loaded, and so need a
 * permission; and at least 7.5.14, which bounds how many answers to pings may wait for a viewer that
 * does not read them. Its published types would replace those of Node in the whole program.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import ws from "ws";

/** The server's end of a WebSocket. */
export interface WebSocketPeer {
  /** Bytes that wait to be written to the connection. */
  readonly bufferedAmount: number;
  /** Sends a message; calls back when it has been written, or with an error. */
  send(message: Uint8Array, sent: (error?: Error) => void): void;
  /** Begins the closing handshake (RFC 6455, section 7.1.2). */
  close(code: number, reason: string): void;
  /** Closes the connection at once. */
  terminate(): void;
  on(event: "close", listener: () => void): void;
  on(event: "error", listener: (error: Error) => void): void;
}

/** Opens WebSockets on connections of an HTTP server. */
export interface WebSocketServer {
  /** Answers the opening handshake; calls back before it returns, unless it has refused. */
  handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    opened: (peer: WebSocketPeer) => void,
  ): void;
}

/** Options of a WebSocket server. */
export interface WebSocketServerOptions {
  /** The server gets its connections from an HTTP server. */
  noServer: true;
  /** Whether messages may be compressed, which does not make video smaller. */
  perMessageDeflate: boolean;
  /** Whether the server keeps a list of its peers. */
  clientTracking: boolean;
  /** Bytes in the largest message that is read. */
  maxPayload: number;
}

/** Makes a WebSocket server. */
export function createWebSocketServer(options: WebSocketServerOptions): WebSocketServer {
  const { Server } = ws as { Server: new (options: WebSocketServerOptions) => WebSocketServer };
  return new Server(options);
}
