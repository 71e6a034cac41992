/**
 * The server's end of a publication.
 *
 * @module
 */

import { checkString } from "../../check_option.ts";
import type { FlvTag, FlvTagType } from "../../flv/flv_tag.ts";
import { readMetadata } from "../../flv/metadata.ts";
import { mediaKind } from "../../flv/tag_kind.ts";
import type { MediaCounts, MediaKind } from "../../ledger/counts.ts";
import { PublicationLedger } from "../../ledger/publication_ledger.ts";
import type { ReceivedCounts } from "../../ledger/received_counts.ts";
import { Outlet } from "../../pipeline/outlet.ts";
import { SourceStream } from "../../pipeline/source_stream.ts";
import { plainText } from "../../plain_text.ts";
import { safePathName } from "../../publication/file_name.ts";
import type { Publication, PublicationEnd, StreamRequest } from "../../publication/publication.ts";

/**
 * Items that wait for the application, at most, while the metadata has not come: so many can be
 * looked through for it though the application reads no tag. Encoders send two or three before it.
 */
export const LOOKAHEAD_MESSAGES = 32;

/** The same in bytes of payload, beside the item that passes it. */
export const LOOKAHEAD_BYTES: number = 256 * 1024;

/** Something that a publisher has sent: the message or tag, and what it is as a tag. */
export interface Published<T> {
  readonly item: T;
  readonly type: FlvTagType;
  readonly data: Uint8Array;
}

/** The same, waiting for the application. */
interface Waiting<T> {
  published: Published<T>;
  kind: MediaKind;
}

/** How the application's stream of tags is made of what is published, and where it counts them. */
export type TagStage<T> = (counts: MediaCounts) => ReadableWritablePair<FlvTag, T>;

/**
 * What the publisher sends goes in here, and comes out of the application's {@linkcode Publication}.
 */
export class PublicationInput<T> {
  /** The application's end. */
  readonly publication: Publication;
  readonly #ledger: PublicationLedger;
  readonly #outlet: Outlet<T>;
  /** What waits for the application: one item, or more that were looked through for metadata. */
  readonly #queue: Waiting<T>[] = [];
  #queuedBytes = 0;
  /** Ends the session's wait for the application. */
  #release: (() => void) | undefined;
  /** The application has cancelled its tags, or the publication has ended. */
  #over = false;
  /** No media has come, nor the metadata, nor too much else: items are looked through for it. */
  #lookingAhead = true;
  #hasMetadata = false;
  #foundMetadata!: (metadata: Record<string, unknown> | undefined) => void;
  #ended!: (end: PublicationEnd) => void;

  /**
   * Begins a publication.
   *
   * @param counts What its connection has received.
   * @param stage Makes tags of its items.
   * @param close Called when the application ends it.
   */
  constructor(
    request: StreamRequest,
    counts: ReceivedCounts,
    stage: TagStage<T>,
    close: (reason: string) => void,
  ) {
    const ledger = new PublicationLedger(counts);
    this.#ledger = ledger;
    this.#outlet = new Outlet({ wanted: () => this.#giveNext(), left: () => this.#leave() });
    const tags = new SourceStream(this.#outlet).pipeThrough(stage(ledger.tags));
    const metadata = new Promise<Record<string, unknown> | undefined>((resolve) =>
      this.#foundMetadata = resolve
    );
    const closed = new Promise<PublicationEnd>((resolve) => this.#ended = resolve);
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
   * Passes on an item of the publisher. The promise resolves when the application has received it, or
   * when the publication has ended: the item then waits without the session. At live pace the
   * application already waits for the item, and there is no promise.
   */
  write(published: Published<T>): Promise<void> | undefined {
    const { type, data } = published;
    const kind = mediaKind(type, data);
    this.#ledger.received[kind]++;
    if (kind === "scriptTags" && !this.#hasMetadata) this.#lookForMetadata(data);
    if (this.#lookingAhead) this.#lookAhead(published);
    if (this.#over) return void this.#ledger.unread[kind]++;
    if (this.#outlet.isWanted) return this.#outlet.give(published.item) as undefined;
    this.#ledger.inFlight[kind]++;
    this.#queue.push({ published, kind });
    this.#queuedBytes += data.length;
    // The application may wait for the metadata before it reads the first tag.
    if (this.#lookingAhead) return undefined;
    return new Promise((release) => this.#release = release);
  }

  /** Lets the session wait for the application from the metadata on, or from the first media. */
  #lookAhead({ type, data }: Published<T>): void {
    const isTooMuch = this.#queue.length + 1 >= LOOKAHEAD_MESSAGES ||
      this.#queuedBytes + data.length > LOOKAHEAD_BYTES;
    // Some encoders begin with empty audio and video.
    const hasMedia = type !== "script" && data.length > 0;
    if (!this.#hasMetadata && !hasMedia && !isTooMuch) return;
    this.#lookingAhead = false;
    this.#foundMetadata(undefined);
  }

  /** The application asks for a tag, and all before it have been read. */
  #giveNext(): void {
    const waiting = this.#takeWaiting();
    if (!waiting) return;
    this.#outlet.give(waiting.published.item);
    if (this.#queue.length > 0) return;
    this.#endWait();
    if (this.#over) this.#outlet.end();
  }

  /** The application has cancelled its stream: what it did not take is counted. */
  #leave(): void {
    this.#over = true;
    let waiting = this.#takeWaiting();
    for (; waiting; waiting = this.#takeWaiting()) this.#ledger.unread[waiting.kind]++;
    this.#endWait();
  }

  #takeWaiting(): Waiting<T> | undefined {
    const waiting = this.#queue.shift();
    if (!waiting) return undefined;
    this.#ledger.inFlight[waiting.kind]--;
    this.#queuedBytes -= waiting.published.data.length;
    return waiting;
  }

  #endWait(): void {
    this.#release?.();
    this.#release = undefined;
  }

  /** Ends the stream of tags after what has been written. */
  end(end: PublicationEnd): void {
    this.#ended(end);
    this.#foundMetadata(undefined);
    this.#endWait();
    this.#over = true;
    if (this.#queue.length === 0) this.#outlet.end();
  }

  /** Metadata that cannot be read is counted and passed on: it keeps no one from watching. */
  #lookForMetadata(data: Uint8Array): void {
    const metadata = readMetadata(data);
    if (!metadata) return;
    if ("error" in metadata) {
      return this.#ledger.connection.discard(`${metadata.error}-metadata`);
    }
    this.#hasMetadata = true;
    this.#foundMetadata(metadata.members);
  }
}
