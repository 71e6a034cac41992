/**
 * A way between a client and a server that a test can cut.
 *
 * @module
 */

import { connect, createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { until } from "./wait.ts";

/** How it is cut: an end of file in both directions, as of a process that ended, or a TCP reset. */
export type Cut = "end" | "reset";

/** Passes bytes on between the clients of its own port and the port of a server, on loopback. */
export class Link implements AsyncDisposable {
  /** Where clients connect. */
  readonly port: number;
  /** How many connections there have been. */
  connections = 0;
  /** Where the next connections lead. */
  target: number;
  readonly #server: Server;
  readonly #pairs = new Set<[client: Socket, server: Socket]>();

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.target = target;
    this.port = (server.address() as AddressInfo).port;
  }

  /** Opens one to a port. */
  static async open(target: number): Promise<Link> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.listen(0, "127.0.0.1");
    await until("the link to listen", () => server.listening);
    const link = new Link(server, target);
    server.on("connection", (client) => link.#carry(client));
    return link;
  }

  /** Ends all connections, towards both sides. */
  cut(how: Cut): void {
    for (const sockets of this.#pairs) {
      for (const socket of sockets) {
        socket.unpipe();
        if (how === "end") socket.destroy();
        else socket.resetAndDestroy();
      }
    }
    this.#pairs.clear();
  }

  /** Passes nothing more on to the servers, so that what clients send piles up. */
  stall(): void {
    for (const [client, server] of this.#pairs) {
      client.unpipe(server);
      client.pause();
    }
  }

  #carry(client: Socket): void {
    this.connections++;
    const server = connect({
      host: "127.0.0.1",
      port: this.target,
      noDelay: true,
      allowHalfOpen: true,
    });
    const pair: [Socket, Socket] = [client, server];
    this.#pairs.add(pair);
    client.pipe(server);
    server.pipe(client);
    for (const socket of pair) {
      socket.on("error", () => {});
      socket.on("close", () => this.#pairs.delete(pair));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut("reset");
    const closed = new Promise((resolve) => this.#server.once("close", resolve));
    this.#server.close();
    await closed;
  }
}
