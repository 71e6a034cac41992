/**
 * The messages that keep the connection going, answered.
 *
 * @module
 */

import { RtmpMessageError } from "../errors.ts";
import type { ReceivedCounts } from "../ledger/received_counts.ts";
import {
  acknowledgement,
  readControlValue,
  readUserControl,
  userControl,
  UserControlEvent,
  windowAcknowledgementSize,
} from "../message/control.ts";
import { MessageType, type RtmpMessage } from "../message/message.ts";
import type { MessageWriter } from "./message_writer.ts";
import { LimitType } from "./send_window.ts";

/** Acknowledges what is received, answers pings, counts what is unknown (RTMP 1.0, 5.4 and 6.2). */
export class ControlLayer {
  readonly #writer: MessageWriter;
  readonly #counts: ReceivedCounts;
  /** Bytes after which the peer asks for an acknowledgement; `undefined` until it has asked. */
  #window: number | undefined;
  #received = 0;
  #acknowledged = 0;
  #acknowledging = false;
  /** The window that the peer has last been told. */
  #announcedWindow: number;
  readonly #largestWindow: number;

  /**
   * @param windowSize The window that the peer is told at first, in bytes.
   * @param largestWindow The largest one that it is told, whatever its own limit is.
   */
  constructor(
    writer: MessageWriter,
    counts: ReceivedCounts,
    windowSize: number,
    largestWindow = Infinity,
  ) {
    this.#writer = writer;
    this.#counts = counts;
    this.#announcedWindow = windowSize;
    this.#largestWindow = largestWindow;
  }

  /**
   * Acknowledges after each half of the window: the peer must not have to stop and wait. While one
   * is still on its way no further one is queued: the next says it all, and it goes even if nothing
   * more comes, since the peer may be waiting for just that.
   *
   * A peer that has not asked for it gets none. FFmpeg does not ask, and closes immediately after its
   * last byte. Anything that reaches it then, or that it has not read, makes its system discard all
   * bytes that are still on the way here.
   */
  received(bytes: number): void {
    this.#received = bytes;
    if (this.#isDue && !this.#acknowledging) void this.#acknowledge();
  }

  get #isDue(): boolean {
    return this.#window !== undefined &&
      this.#received - this.#acknowledged >= this.#window / 2;
  }

  async #acknowledge(): Promise<void> {
    this.#acknowledging = true;
    while (this.#isDue) {
      this.#acknowledged = this.#received;
      this.#writer.send(acknowledgement(this.#received % 2 ** 32));
      await this.#writer.flush();
    }
    this.#acknowledging = false;
  }

  /** Asks the peer to show that it is there. */
  ping(): void {
    const now = Math.floor(performance.now()) % 2 ** 32;
    this.#writer.send(userControl(UserControlEvent.PingRequest, now));
  }

  /** Takes any message that is neither a command nor media. */
  receive(message: RtmpMessage): void {
    try {
      this.#receive(message);
    } catch (error) {
      if (!(error instanceof RtmpMessageError)) throw error;
      this.#counts.discard("malformed");
    }
  }

  #receive(message: RtmpMessage): void {
    switch (message.typeId) {
      // The chunk layer has acted on these two.
      case MessageType.SetChunkSize:
      case MessageType.Abort:
        return;
      case MessageType.Acknowledgement:
        return this.#writer.window.acknowledge(readControlValue(message));
      case MessageType.WindowAcknowledgementSize:
        this.#window = Math.max(1, readControlValue(message));
        return this.received(this.#received);
      case MessageType.SetPeerBandwidth:
        return this.#limitTo(readControlValue(message), message.payload[4]);
      case MessageType.UserControl:
        return this.#userControl(message);
      case MessageType.SharedObjectAmf0:
      case MessageType.SharedObjectAmf3:
        return this.#counts.discard("shared-object");
      default:
        this.#counts.discard("unknown-type");
    }
  }

  /** A new limit is answered with the window that follows from it (section 5.4.5). */
  #limitTo(bytes: number, limitType: number = LimitType.Dynamic): void {
    this.#writer.window.limitTo(bytes, limitType);
    const window = Math.min(bytes, this.#largestWindow);
    if (window === this.#announcedWindow) return;
    this.#announcedWindow = window;
    this.#writer.send(windowAcknowledgementSize(window));
  }

  #userControl(message: RtmpMessage): void {
    const { event, value } = readUserControl(message);
    if (event === UserControlEvent.PingRequest) {
      this.#writer.send(userControl(UserControlEvent.PingResponse, value ?? 0));
    } else if (!KNOWN_EVENTS.includes(event)) {
      this.#counts.discard("unknown-type");
    }
  }
}

const KNOWN_EVENTS: readonly number[] = Object.values(UserControlEvent);
