/**
 * The control layer: it answers protocol control and user control messages.
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

/**
 * Acknowledges received bytes, answers pings, counts unknown messages (RTMP 1.0, sections 5.4 and
 * 6.2).
 */
export class ControlLayer {
  readonly #writer: MessageWriter;
  readonly #counts: ReceivedCounts;
  /** The peer's window acknowledgement size; `undefined` until it has sent one. */
  #window: number | undefined;
  #received = 0;
  #acknowledged = 0;
  #acknowledging = false;
  /** The window acknowledgement size that was last sent to the peer. */
  #announcedWindow: number;
  readonly #largestWindow: number;

  /**
   * @param windowSize The window acknowledgement size sent at first, in bytes.
   * @param largestWindow The largest one that is sent, in bytes.
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
   * Acknowledges after each half of the window, so that the peer need not stop and wait. While one
   * is being written, no other is queued. The next one follows even if no more bytes arrive, since
   * the peer may wait for it.
   *
   * A peer that has sent no window gets no acknowledgement. FFmpeg sends none, and closes
   * immediately after its last byte. If it then receives anything, or has not read something, its
   * kernel discards all unsent bytes.
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

  /** Sends a ping request. */
  ping(): void {
    const now = Math.floor(performance.now()) % 2 ** 32;
    this.#writer.send(userControl(UserControlEvent.PingRequest, now));
  }

  /** Handles a message that is neither a command nor media. */
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
      // The chunk layer has handled these two.
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

  /** Applies a limit of the peer, and answers with the resulting window (section 5.4.5). */
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
