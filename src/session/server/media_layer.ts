/**
 * The media layer: it passes audio, video and data to the message stream that publishes.
 *
 * @module
 */

import type { ReceivedCounts } from "../../ledger/received_counts.ts";
import { MessageType, type RtmpMessage } from "../../message/message.ts";
import type { MessageWriter } from "../message_writer.ts";
import type { NetStreams } from "./net_streams.ts";
import type { SessionHandler } from "./session_handler.ts";
import { onStatus, StatusCode } from "../status.ts";

/** The parts of a session that media uses. */
export interface MediaContext {
  readonly writer: MessageWriter;
  readonly streams: NetStreams;
  readonly handler: SessionHandler;
  readonly counts: ReceivedCounts;
}

/** Finds the publication that media belongs to, and warns once if there is none. */
export class MediaLayer {
  readonly #context: MediaContext;
  #hasComplained = false;

  constructor(context: MediaContext) {
    this.#context = context;
  }

  /**
   * Passes a message to its publication. Returns a promise if the publication has to be waited for.
   *
   * Some encoders publish on one message stream and send media on another, mostly 0. If only one
   * stream of the connection publishes, it gets that media. Late media of a stream that has ended
   * is discarded: it must not get into the publication of another stream.
   */
  receive(message: RtmpMessage): Promise<void> | undefined {
    const { streams, counts } = this.#context;
    const id = message.messageStreamId;
    const stream = streams.get(id);
    if (stream?.publishes) return stream.write(message);
    const isLate = streams.hasBeenNamed(id);
    const publisher = isLate ? undefined : streams.publisher;
    if (publisher) {
      counts.misaddressed++;
      return publisher.write(message);
    }
    counts.discard("unpublished");
    const isData = message.typeId === MessageType.DataAmf0 ||
      message.typeId === MessageType.DataAmf3;
    if (!isLate && !isData) this.#complain(id);
  }

  /** Warns the peer and the operator, once: every further frame would cause the same warning. */
  #complain(id: number): void {
    if (this.#hasComplained) return;
    this.#hasComplained = true;
    const { streams, writer, handler } = this.#context;
    const why = streams.some((stream) => stream.publishes)
      ? "several streams are published on this connection, and none of them there"
      : "nothing is published on this connection";
    const description = `Media on message stream ${id} is dropped: ${why}`;
    handler.warn(description);
    writer.send(onStatus(id, "error", StatusCode.Failed, description));
    void writer.flush();
  }
}
