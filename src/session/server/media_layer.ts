/**
 * Audio, video and data, passed on to the message stream that publishes.
 *
 * @module
 */

import type { ReceivedCounts } from "../../ledger/received_counts.ts";
import { MessageType, type RtmpMessage } from "../../message/message.ts";
import type { MessageWriter } from "../message_writer.ts";
import type { NetStreams } from "./net_streams.ts";
import type { SessionHandler } from "./session_handler.ts";
import { onStatus, StatusCode } from "../status.ts";

/** What media is passed on with. */
export interface MediaContext {
  readonly writer: MessageWriter;
  readonly streams: NetStreams;
  readonly handler: SessionHandler;
  readonly counts: ReceivedCounts;
}

/** Finds the publication that media belongs to, and says so once if there is none. */
export class MediaLayer {
  readonly #context: MediaContext;
  #hasComplained = false;

  constructor(context: MediaContext) {
    this.#context = context;
  }

  /**
   * Passes a message on; a promise when its publication has to be waited for.
   *
   * Some encoders publish on one message stream and send on another, mostly 0. Where only one stream
   * of the connection publishes, they mean that one. A stream on which they have asked to publish is
   * another matter: what arrives there late must not get into the publication of its neighbour.
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

  /** Once: the next frame is on its way already. */
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
