/**
 * A publisher that replays a recording.
 *
 * @module
 */

import type { Recording } from "./recording.ts";
import { Wire } from "./wire.ts";

/** What a server says when a publication may begin. */
const ACCEPTED = "NetStream.Publish.Start";

/** Replays one recording to one server, under a name of its own. */
export class Publisher {
  /** Media bytes that the server's side has taken. */
  bytes = 0;
  /** The longest that a message left behind its time, in milliseconds. */
  lateness = 0;
  readonly #recording: Recording;
  readonly #name: string;
  readonly #wire: Wire;

  private constructor(recording: Recording, name: string, wire: Wire) {
    this.#recording = recording;
    this.#name = name;
    this.#wire = wire;
  }

  /** Connects, and publishes as far as the server's consent. */
  static async open(
    recording: Recording,
    name: string,
    port: number,
    speaksRtmp: boolean,
  ): Promise<Publisher> {
    const wire = await Wire.connect(port);
    const { c0c1, c2, commands } = recording.opening(name);
    if (speaksRtmp) {
      await wire.shakeHands(c0c1, c2);
      await wire.write(commands);
      await wire.hear(ACCEPTED);
    }
    wire.ignore();
    return new Publisher(recording, name, wire);
  }

  /** Sends everything as fast as the server takes it. */
  async flood(): Promise<void> {
    const { bytes, media } = this.#recording;
    await this.#send(bytes.subarray(media[0]!.from, media.at(-1)!.to));
  }

  /**
   * Sends each message at its time, for so many seconds.
   *
   * @param delay Milliseconds to begin later, so that many publishers do not all send at once.
   * @param sending Called before each message.
   */
  async live(
    seconds: number,
    delay: number,
    sending?: (typeId: number, timestamp: number) => void,
  ): Promise<void> {
    const { bytes, media } = this.#recording;
    const began = performance.now() + delay;
    for (const { from, to, typeId, timestamp } of media) {
      if (timestamp >= seconds * 1000) return;
      const wait = began + timestamp - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      sending?.(typeId, timestamp);
      await this.#send(bytes.subarray(from, to));
      this.lateness = Math.max(this.lateness, performance.now() - began - timestamp);
    }
  }

  async #send(bytes: Uint8Array): Promise<void> {
    await this.#wire.write(bytes);
    this.bytes += bytes.length;
  }

  /** Says farewell, and waits until the server has read it all and closed. */
  async close(): Promise<void> {
    await this.#wire.write(this.#recording.farewell(this.#name));
    await this.#wire.end();
  }
}
