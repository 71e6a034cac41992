/**
 * The session's end of a publication.
 *
 * @module
 */

import { checkString } from "../../check_option.ts";
import { splitAggregate } from "../../flv/aggregate.ts";
import type { FlvTag } from "../../flv/flv_tag.ts";
import { readMetadata } from "../../flv/metadata.ts";
import { bareDataMessage, FlvTagDecoder } from "../../flv/tag_stream.ts";
import { mediaKind } from "../../flv/tag_kind.ts";
import type { MediaKind } from "../../ledger/counts.ts";
import { PublicationLedger } from "../../ledger/publication_ledger.ts";
import type { ReceivedCounts } from "../../ledger/received_counts.ts";
import { carriesTag, MessageType, type RtmpMessage } from "../../message/message.ts";
import { plainText } from "../../plain_text.ts";
import type { Publication, PublicationEnd, StreamRequest } from "../../publication/publication.ts";
import { safePathName } from "../../publication/file_name.ts";
import type { Turns } from "../../time/turns.ts";

/**
 * Messages that wait for the application, at most, while the metadata has not come: so many can be
 * looked through for it though the application reads no tag. Encoders send two or three before it.
 */
export const LOOKAHEAD_MESSAGES = 32;

/** The same in bytes of payload, beside the message that passes it. */
export const LOOKAHEAD_BYTES: number = 256 * 1024;

/** A message that the application has not taken. */
interface Waiting {
  message: RtmpMessage;
  kind: MediaKind;
}

/** What the publisher sends goes in here, and comes out of the application's {@linkcode Publication}. */
export class PublicationInput {
  /** The application's end. */
  readonly publication: Publication;
  readonly #ledger: PublicationLedger;
  readonly #turns: Turns;
  readonly #decoder = new FlvTagDecoder();
  #tags!: ReadableStreamDefaultController<FlvTag>;
  /** The application waits for a tag. */
  #demanded = false;
  /** What waits for the application: one message, or more that were looked through for metadata. */
  readonly #queue: Waiting[] = [];
  #queuedBytes = 0;
  /** Ends the session's wait for the application. */
  #letGo: (() => void) | undefined;
  /** The application has cancelled its tags, or the publication has ended. */
  #over = false;
  /** No media has come, nor the metadata, nor too much else: messages are looked through for it. */
  #lookingAhead = true;
  #hasMetadata = false;
  #foundMetadata!: (metadata: Record<string, unknown> | undefined) => void;
  #ended!: (end: PublicationEnd) => void;

  constructor(
    request: StreamRequest,
    counts: ReceivedCounts,
    turns: Turns,
    close: (reason: string) => void,
  ) {
    const ledger = new PublicationLedger(counts);
    const tags = new ReadableStream<FlvTag>({
      start: (controller) => void (this.#tags = controller),
      pull: () => this.#pull(),
      cancel: () => this.#leave(),
    }, { highWaterMark: 0 });
    const metadata = new Promise<Record<string, unknown> | undefined>((resolve) =>
      this.#foundMetadata = resolve
    );
    const closed = new Promise<PublicationEnd>((resolve) => this.#ended = resolve);
    this.#ledger = ledger;
    this.#turns = turns;
    const { app, name, path } = request;
    this.publication = {
      id: crypto.randomUUID(),
      since: new Date(),
      app,
      name,
      path,
      fileName: safePathName(path),
      params: request.params,
      remoteAddr: request.remoteAddr,
      tcUrl: request.tcUrl,
      flashVer: request.flashVer,
      connection: request.connection,
      relayed: request.relayed ?? false,
      via: request.via ?? [],
      metadata,
      tags,
      ledger,
      closed,
      close(reason = "The server has ended this publication") {
        checkString("reason", reason);
        close(plainText(reason));
      },
    };
  }

  /**
   * Hands on a message; resolves when the application has taken it, or when the publication has
   * ended: what waits then waits without the session. Aggregates are taken apart here, so that each
   * frame in them is counted as received.
   */
  write(message: RtmpMessage): Promise<void> | undefined {
    if (message.typeId !== MessageType.Aggregate) return this.#write(message);
    return this.#writeParts(splitAggregate(message));
  }

  async #writeParts(parts: Generator<RtmpMessage, boolean, void>): Promise<void> {
    let next = parts.next();
    for (; !next.done; next = parts.next()) {
      const turn = this.#turns.take(next.value.payload.length);
      if (turn) await turn;
      await this.#write(next.value);
    }
    if (!next.value) this.#ledger.connection.discard("malformed");
  }

  /** At live pace the application waits already: then there is no promise to be made. */
  #write(received: RtmpMessage): Promise<void> | undefined {
    if (!carriesTag(received.typeId)) return void this.#ledger.connection.discard("unknown-type");
    const message = bareDataMessage(received);
    const kind = messageKind(message);
    this.#ledger.received[kind]++;
    if (kind === "scriptTags" && !this.#hasMetadata) this.#lookForMetadata(message);
    if (this.#lookingAhead) this.#lookAhead(message);
    if (this.#over) return void this.#ledger.unread[kind]++;
    if (this.#demanded) return this.#give(message);
    this.#ledger.inFlight[kind]++;
    this.#queue.push({ message, kind });
    this.#queuedBytes += message.payload.length;
    // The application may wait for the metadata before it reads the first tag.
    if (this.#lookingAhead) return undefined;
    return new Promise((letGo) => this.#letGo = letGo);
  }

  /** Lets the session wait for the application from the metadata on, or from the first media. */
  #lookAhead({ typeId, payload }: RtmpMessage): void {
    const isTrack = typeId === MessageType.Audio || typeId === MessageType.Video;
    const isTooMuch = this.#queue.length + 1 >= LOOKAHEAD_MESSAGES ||
      this.#queuedBytes + payload.length > LOOKAHEAD_BYTES;
    // Some encoders begin with empty audio and video.
    const hasMedia = isTrack && payload.length > 0;
    if (!this.#hasMetadata && !hasMedia && !isTooMuch) return;
    this.#lookingAhead = false;
    this.#foundMetadata(undefined);
  }

  #give(message: RtmpMessage): undefined {
    this.#demanded = false;
    this.#decoder.decode(message, (tag) => {
      this.#ledger.tags[mediaKind(tag.type, tag.data)]++;
      this.#tags.enqueue(tag);
    });
  }

  /** The application asks for a tag, and all before it have been read. */
  #pull(): void {
    const waiting = this.#takeWaiting();
    if (!waiting) {
      this.#demanded = true;
      return;
    }
    this.#give(waiting.message);
    if (this.#queue.length > 0) return;
    this.#endWait();
    if (this.#over) this.#tags.close();
  }

  /** The application has cancelled its stream: what it did not take is counted. */
  #leave(): void {
    this.#over = true;
    let waiting = this.#takeWaiting();
    for (; waiting; waiting = this.#takeWaiting()) this.#ledger.unread[waiting.kind]++;
    this.#endWait();
  }

  #takeWaiting(): Waiting | undefined {
    const waiting = this.#queue.shift();
    if (!waiting) return undefined;
    this.#ledger.inFlight[waiting.kind]--;
    this.#queuedBytes -= waiting.message.payload.length;
    return waiting;
  }

  #endWait(): void {
    this.#letGo?.();
    this.#letGo = undefined;
  }

  /** Ends the stream of tags behind what has been written. */
  end(end: PublicationEnd): void {
    this.#ended(end);
    this.#foundMetadata(undefined);
    this.#endWait();
    if (this.#queue.length === 0 && !this.#over) this.#tags.close();
    this.#over = true;
  }

  /** Metadata that cannot be read is counted and passed on: it keeps no one from watching. */
  #lookForMetadata({ payload }: RtmpMessage): void {
    const metadata = readMetadata(payload);
    if (!metadata) return;
    if ("flaw" in metadata) {
      return this.#ledger.connection.discard(`${metadata.flaw}-metadata`);
    }
    this.#hasMetadata = true;
    this.#foundMetadata(metadata.members);
  }
}

/** What a message counts as: the same as the tag that becomes of it. */
function messageKind(message: RtmpMessage): MediaKind {
  const { typeId, payload } = message;
  if (typeId === MessageType.Audio) return mediaKind("audio", payload);
  if (typeId === MessageType.Video) return mediaKind("video", payload);
  return mediaKind("script", payload);
}
