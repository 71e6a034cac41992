/**
 * The input of a publication: the server writes items, and the application reads tags.
 *
 * @module
 */

import { checkString } from "../../check_option.ts";
import type { FlvTag, FlvTagType } from "../../flv/flv_tag.ts";
import { readMetadata } from "../../flv/metadata.ts";
import { mediaKind } from "../../flv/tag_kind.ts";
import type { MediaKind } from "../../ledger/counts.ts";
import { PublicationLedger } from "../../ledger/publication_ledger.ts";
import type { ReceivedCounts } from "../../ledger/received_counts.ts";
import { Outlet } from "../../pipeline/outlet.ts";
import { SourceStream } from "../../pipeline/source_stream.ts";
import { plainText } from "../../plain_text.ts";
import { safePathName } from "../../publication/file_name.ts";
import type { Publication, PublicationEnd, StreamRequest } from "../../publication/publication.ts";

/**
 * The most items that are read in search of the metadata before the application reads a tag. Encoders
 * send two or three before it.
 */
export const LOOKAHEAD_MESSAGES = 32;

/** The same in bytes of payload, beside the item that passes it. */
export const LOOKAHEAD_BYTES: number = 256 * 1024;

/** A message or tag from a publisher, with its type and data as a tag. */
export interface Published<T> {
  readonly item: T;
  readonly type: FlvTagType;
  readonly data: Uint8Array;
}

/** A published item that waits for the application. */
interface Waiting<T> {
  published: Published<T>;
  kind: MediaKind;
}

/** Makes the stage that turns published items into tags; it calls `onTag` for each of them. */
export type TagStage<T> = (onTag: () => void) => ReadableWritablePair<FlvTag, T>;

/**
 * Passes the items of a publisher to the application's {@linkcode Publication}.
 */
export class PublicationInput<T> {
  /** The publication, as the application sees it. */
  readonly publication: Publication;
  readonly #ledger: PublicationLedger;
  readonly #outlet: Outlet<T>;
  /** Items that wait for the application: one, or more while it looks for metadata. */
  readonly #queue: Waiting<T>[] = [];
  #queuedBytes = 0;
  /** The kind of the tag that the stage makes: it makes one at a time. */
  #kindGiven: MediaKind = "otherTags";
  /** Ends the session's wait for the application. */
  #release: (() => void) | undefined;
  /** Whether the application has cancelled its tags, or the publication has ended. */
  #over = false;
  /** Whether it reads ahead to find the metadata: until metadata, media or the limit arrives. */
  #lookingAhead = true;
  #hasMetadata = false;
  #foundMetadata!: (metadata: Record<string, unknown> | undefined) => void;
  #ended!: (end: PublicationEnd) => void;

  /**
   * Begins a publication.
   *
   * @param counts The counts of its connection.
   * @param stage Makes the stage that turns items into tags.
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
    const tags = new SourceStream(this.#outlet).pipeThrough(
      stage(() => void ledger.tags[this.#kindGiven]++),
    );
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
    if (this.#outlet.isWanted) return this.#give(published, kind);
    this.#ledger.inFlight[kind]++;
    this.#queue.push({ published, kind });
    this.#queuedBytes += data.length;
    // The application may wait for the metadata before it reads the first tag.
    if (this.#lookingAhead) return undefined;
    return new Promise((release) => this.#release = release);
  }

  /** Stops reading ahead at the metadata, the first media or the limit. */
  #lookAhead({ type, data }: Published<T>): void {
    const isTooMuch = this.#queue.length + 1 >= LOOKAHEAD_MESSAGES ||
      this.#queuedBytes + data.length > LOOKAHEAD_BYTES;
    // Some encoders begin with empty audio and video.
    const hasMedia = type !== "script" && data.length > 0;
    if (!this.#hasMetadata && !hasMedia && !isTooMuch) return;
    this.#lookingAhead = false;
    this.#foundMetadata(undefined);
  }

  /** Called when the application waits for a tag. */
  #giveNext(): void {
    const waiting = this.#takeWaiting();
    if (!waiting) return;
    this.#give(waiting.published, waiting.kind);
    if (this.#queue.length > 0) return;
    this.#endWait();
    if (this.#over) this.#outlet.end();
  }

  #give({ item }: Published<T>, kind: MediaKind): undefined {
    this.#kindGiven = kind;
    this.#outlet.give(item);
  }

  /** Called when the application has cancelled its stream: counts the unread items. */
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

  /** Finds the metadata. If it cannot be read it is counted, and passed to consumers all the same. */
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
