/**
 * One stream that somebody publishes, as the application sees it.
 *
 * @module
 */

import { decodeAmf0 } from "../amf/decode_amf0.ts";
import { AmfError } from "../errors.ts";
import { splitAggregate } from "../flv/aggregate.ts";
import type { FlvTag } from "../flv/flv_tag.ts";
import { FlvTagDecoder, scriptDataOf } from "../flv/tag_stream.ts";
import { mediaKind } from "../flv/tag_kind.ts";
import type { MediaKind } from "../ledger/counts.ts";
import { PublicationLedger } from "../ledger/publication_ledger.ts";
import type { ReceivedCounts } from "../ledger/received_counts.ts";
import { MessageType, type RtmpMessage } from "../message/message.ts";
import { safePathName } from "./stream_name.ts";
import type { Turns } from "./turns.ts";

/** Values of a data message that are looked at: `@setDataFrame`, `onMetaData`, and its members. */
const METADATA_VALUES = 3;

/** Who wants to publish or play what; what `authorize` decides on. */
export interface StreamRequest {
  /** What is asked for. */
  kind: "publish" | "play";
  /** The application: what stands between host and stream name in the URL, without its query. */
  app: string;
  /** The stream's name, without its query. It may be empty. */
  name: string;
  /** The parameters behind the stream's name, then those of the app and of the `tcUrl`. */
  params: URLSearchParams;
  /** Where the peer connects from, as `address:port`. */
  remoteAddr: string;
  /** The URL the peer says that it connected to. */
  tcUrl: string;
  /** What the peer calls itself. */
  flashVer: string;
  /** How it is to be published; we treat all three alike, the application may not. */
  type?: "live" | "record" | "append";
  /** Tells the connection it comes by from all others, as the log does. */
  connection?: string;
}

/** How a publication ended. */
export interface PublicationEnd {
  /**
   * `unpublished`: the publisher said so; `disconnected`: it went away; `closed`: we ended it;
   * `failed`: it broke the protocol or a limit.
   */
  reason: "unpublished" | "disconnected" | "closed" | "failed";
  /** One sentence for the log. */
  description: string;
  /** What went wrong, if something did. */
  error?: unknown;
}

/**
 * One stream that somebody publishes. `tags` ends when the publication does, whatever the reason,
 * once everything that was received has been read; `closed` tells the reason.
 *
 * @example
 * ```ts
 * import { publishRtmp, serveRtmp } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const server = serveRtmp({ hostname: "127.0.0.1", port: 0 }, async (publication) => {
 *   assertEquals([publication.app, publication.name], ["live", "demo"]);
 *   assertEquals(publication.params.get("key"), "secret");
 *   await publication.tags.pipeTo(new WritableStream());
 *   assertEquals((await publication.closed).reason, "unpublished");
 * });
 *
 * const url = `rtmp://127.0.0.1:${server.addr.port}/live/demo?key=secret`;
 * await (await publishRtmp(url)).close();
 * await server.shutdown();
 * ```
 */
export class Publication {
  /** Tells this publication from all others. */
  readonly id: string = crypto.randomUUID();
  /** When it was accepted. */
  readonly since: Date = new Date();
  /** The application it was published to. */
  readonly app: string;
  /** Its name within the application. */
  readonly name: string;
  /** `app/name`. */
  readonly path: string;
  /** The path as a file name, safe on every file system and never the same for two paths. */
  readonly fileName: string;
  /** The parameters the publisher sent with the name, the app and the URL. */
  readonly params: URLSearchParams;
  /** Where the publisher connects from, as `address:port`. */
  readonly remoteAddr: string;
  /** The URL the publisher says that it connected to. */
  readonly tcUrl: string;
  /** What the publisher calls itself. */
  readonly flashVer: string;
  /** The id of the connection it comes by, as in the log; there is none for what is pulled. */
  readonly connection: string | undefined;
  /** The members of the first `onMetaData`; `undefined` when the publication ends without one. */
  readonly metadata: Promise<Record<string, unknown> | undefined>;
  /** What is published. Whoever does not read holds the publisher back. */
  readonly tags: ReadableStream<FlvTag>;
  /** What came and where it went. */
  readonly ledger: PublicationLedger;
  /** How it ended, as soon as nothing more can come. */
  readonly closed: Promise<PublicationEnd>;
  readonly #close: (reason: string) => void;

  /** Publications are made by the server. */
  constructor(parts: PublicationParts) {
    const { request, ledger, tags, metadata, closed, close } = parts;
    this.app = request.app;
    this.name = request.name;
    this.path = `${request.app}/${request.name}`;
    this.fileName = safePathName(this.path);
    this.params = request.params;
    this.remoteAddr = request.remoteAddr;
    this.tcUrl = request.tcUrl;
    this.flashVer = request.flashVer;
    this.connection = request.connection;
    this.metadata = metadata;
    this.tags = tags;
    this.ledger = ledger;
    this.closed = closed;
    this.#close = close;
  }

  /**
   * Ends the publication: the publisher is told, and its connection closed if it carries nothing
   * else. What has been received can still be read.
   *
   * @param reason One sentence for the publisher.
   */
  close(reason = "The server has ended this publication"): void {
    this.#close(reason);
  }
}

/** What a publication is made of. */
export interface PublicationParts {
  /** What was asked for and granted. */
  request: StreamRequest;
  /** Its books. */
  ledger: PublicationLedger;
  /** What is published. */
  tags: ReadableStream<FlvTag>;
  /** The first metadata. */
  metadata: Promise<Record<string, unknown> | undefined>;
  /** How it ended. */
  closed: Promise<PublicationEnd>;
  /** Ends it. */
  close: (reason: string) => void;
}

/** The session's end of a publication: what the publisher sends goes in here. */
export class PublicationInput {
  /** The application's end. */
  readonly publication: Publication;
  readonly #ledger: PublicationLedger;
  readonly #turns: Turns;
  readonly #decoder = new FlvTagDecoder();
  #tags!: ReadableStreamDefaultController<FlvTag>;
  /** The application waits for a tag. */
  #demanded = false;
  /** The message that waits for the application, and what ends the session's wait for it. */
  #waiting: { message: RtmpMessage; kind: MediaKind; letGo: () => void } | undefined;
  /** The application has cancelled its tags, or the publication has ended. */
  #over = false;
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
    this.publication = new Publication({
      request,
      ledger,
      tags,
      metadata,
      closed,
      close,
    });
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
      await this.#write(next.value);
      const turn = this.#turns.passed();
      if (turn) await turn;
    }
    if (!next.value) this.#ledger.connection.discard("malformed");
  }

  /** At live pace the application waits already: then there is no promise to be made. */
  #write(message: RtmpMessage): Promise<void> | undefined {
    if (!isMedia(message)) return void this.#ledger.connection.discard("unknown-type");
    const kind = messageKind(message);
    this.#ledger.received[kind]++;
    if (kind === "scriptTags" && !this.#hasMetadata) this.#lookForMetadata(message);
    if (this.#over) return void this.#ledger.unread[kind]++;
    if (this.#demanded) return this.#give(message);
    this.#ledger.inFlight[kind]++;
    return new Promise((letGo) => this.#waiting = { message, kind, letGo });
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
    if (this.#over) this.#tags.close();
  }

  /** The application has cancelled its stream: what it did not take is counted. */
  #leave(): void {
    this.#over = true;
    const waiting = this.#takeWaiting();
    if (waiting) this.#ledger.unread[waiting.kind]++;
  }

  #takeWaiting(): { message: RtmpMessage; kind: MediaKind } | undefined {
    const waiting = this.#waiting;
    if (!waiting) return undefined;
    this.#waiting = undefined;
    this.#ledger.inFlight[waiting.kind]--;
    waiting.letGo();
    return waiting;
  }

  /** Ends the stream of tags behind what has been written. */
  end(end: PublicationEnd): void {
    this.#ended(end);
    this.#foundMetadata(undefined);
    if (this.#waiting) this.#waiting.letGo();
    else if (!this.#over) this.#tags.close();
    this.#over = true;
  }

  /** Bad metadata is counted and passed on: it stops nobody from watching. */
  #lookForMetadata(message: RtmpMessage): void {
    try {
      const values = decodeAmf0(scriptDataOf(message), { count: METADATA_VALUES });
      const metadata = values[values.indexOf("onMetaData") + 1];
      if (!values.includes("onMetaData") || !isObject(metadata)) return;
      this.#hasMetadata = true;
      this.#foundMetadata(metadata);
    } catch (error) {
      if (!(error instanceof AmfError)) throw error;
      this.#ledger.connection.discard("malformed-metadata");
    }
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isMedia({ typeId }: RtmpMessage): boolean {
  return typeId === MessageType.Audio || typeId === MessageType.Video ||
    typeId === MessageType.DataAmf0 || typeId === MessageType.DataAmf3;
}

/** What a message counts as: the same as the tag that becomes of it. */
function messageKind(message: RtmpMessage): MediaKind {
  const { typeId, payload } = message;
  if (typeId === MessageType.Audio) return mediaKind("audio", payload);
  if (typeId === MessageType.Video) return mediaKind("video", payload);
  return mediaKind("script", scriptDataOf(message));
}
