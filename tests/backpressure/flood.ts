/**
 * A publisher that sends more than all buffers on the way can hold.
 *
 * @module
 */

import { setChunkSize } from "../../src/message/control.ts";
import type { ReceivedCounts } from "../../src/ledger/received_counts.ts";
import { LARGE, largeTag } from "../support/media.ts";
import { RawClient } from "../support/raw_client.ts";
import { stopped } from "../support/wait.ts";

/** Bytes of a frame. */
export const FRAME: number = LARGE.length;

/** Frames of a flood: several times what the system keeps for a connection, and a live queue. */
export const FRAMES = 64;

/** One raw connection on which frames are published. */
export class Flood implements Disposable {
  /** How many frames have been sent. */
  sent = 0;
  readonly client: RawClient;
  readonly #name: string;

  private constructor(client: RawClient, name: string) {
    this.client = client;
    this.#name = name;
  }

  /** Begins to publish `live/<name>`. */
  static async begin(port: number, name = "demo"): Promise<Flood> {
    const client = await RawClient.publish(port, name);
    client.send(setChunkSize(65_536));
    return new Flood(client, name);
  }

  /** Sends frames, whether the server takes them or not. */
  send(count = 1): void {
    for (let i = 0; i < count; i++) this.client.sendTags([largeTag(this.sent++)]);
  }

  /** Waits until the server takes no more: bytes are left here, and it counts none. */
  async held(connection: ReceivedCounts): Promise<void> {
    await stopped("the publisher to be held back", () => connection.bytes);
    if (this.client.unsent === 0) throw new Error("The server has taken everything");
  }

  /** Ends the publication in an orderly way. */
  end(): void {
    this.client.command("FCUnpublish", 4, null, this.#name);
  }

  [Symbol.dispose](): void {
    this.client[Symbol.dispose]();
  }
}

/** A gate that something waits at until it is opened. */
export class Gate {
  readonly #opened: PromiseWithResolvers<void> = Promise.withResolvers<void>();

  /** Resolves when it is open. */
  get passed(): Promise<void> {
    return this.#opened.promise;
  }

  /** Opens it for good. */
  open(): void {
    this.#opened.resolve();
  }
}
