/**
 * A client that does what it is told, over a socket.
 *
 * @module
 */

import { connect, type Socket } from "node:net";
import { concat } from "@std/bytes";
import { STREAM_ID } from "./commands.ts";
import { FakePeer, type PeerStreams } from "./fake_peer.ts";
import { until } from "./wait.ts";

export { STREAM_ID };

/** Bytes of S0, S1 and S2. */
const HANDSHAKE_SERVER_BYTES = 1 + 2 * 1536;

/** One connection to a server. */
export class RawClient extends FakePeer implements Disposable {
  readonly #socket: Socket;
  #greeting = new Uint8Array(0);
  #shaken = false;

  private constructor(socket: Socket) {
    super(streamsOf(socket));
    this.#socket = socket;
  }

  /** Connects to a port on loopback, from another address than usual if given, and says nothing. */
  static async connect(port: number, localAddress?: string): Promise<RawClient> {
    const socket = connect({
      ...{ host: "127.0.0.1", port, noDelay: true, allowHalfOpen: true },
      ...localAddress !== undefined && { localAddress },
    });
    const client = new RawClient(socket);
    await until("a connection", () => !socket.connecting);
    return client;
  }

  /** Connects, shakes hands, and connects to an app. */
  static async open(port: number, app = "live", localAddress?: string): Promise<RawClient> {
    const client = await RawClient.connect(port, localAddress);
    await client.handshake();
    client.command("connect", 1, { app, tcUrl: `rtmp://127.0.0.1:${port}/${app}` });
    return client;
  }

  /** Does all that and publishes; resolves when the server has allowed it. */
  static async publish(
    port: number,
    name: string,
    app = "live",
    localAddress?: string,
  ): Promise<RawClient> {
    const client = await RawClient.open(port, app, localAddress);
    client.askToPublish(name);
    await client.status("NetStream.Publish.Start");
    return client;
  }

  /** Whether the server has ended its side, or all of it, even if nothing is taken from it. */
  override get ended(): boolean {
    return super.ended || this.#socket.closed;
  }

  /** Bytes that have not left for the server, since it does not take what was sent before them. */
  override get unsent(): number {
    return super.unsent + this.#socket.writableLength;
  }

  /** The simple handshake. */
  async handshake(): Promise<void> {
    this.write(handshakeBytes());
    await until("the server's handshake", () => {
      if (this.ended) throw new Error("Cannot shake hands: the server has closed");
      return this.#shaken;
    });
  }

  /** Asks for a stream and for its name, and does not wait. */
  askToPublish(name: string): void {
    this.command("createStream", 2, null);
    this.publish(STREAM_ID, name);
  }

  /** Ends the connection with a TCP reset. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** Closes the connection as a program that ends does. */
  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  protected override received(bytes: Uint8Array): void {
    if (this.#shaken) return super.received(bytes);
    this.#greeting = concat([this.#greeting, bytes]);
    if (this.#greeting.length < HANDSHAKE_SERVER_BYTES) return;
    this.#shaken = true;
    super.received(this.#greeting.subarray(HANDSHAKE_SERVER_BYTES));
  }
}

/** Both directions of a socket. What is written waits in the socket; what comes waits outside. */
function streamsOf(socket: Socket): PeerStreams {
  const readable = new ReadableStream<Uint8Array>({
    start(controller) {
      let isOpen = true;
      const close = () => {
        if (isOpen) controller.close();
        isOpen = false;
      };
      socket.on("data", (bytes) => {
        controller.enqueue(new Uint8Array(bytes));
        if (controller.desiredSize! <= 0) socket.pause();
      });
      socket.on("end", close);
      socket.on("close", close);
      // It is closed after that.
      socket.on("error", () => {});
    },
    pull: () => void socket.resume(),
  });
  const writable = new WritableStream<Uint8Array>({
    write(bytes) {
      if (!socket.destroyed) socket.write(bytes);
    },
    close: () => void socket.end(),
  });
  return { readable, writable };
}

/** C0, C1 and C2 of the simple handshake, where C2 does not wait for S1. */
export function handshakeBytes(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(1 + 2 * 1536).fill(0x5a);
  bytes[0] = 3;
  return bytes.fill(0, 1, 9);
}
