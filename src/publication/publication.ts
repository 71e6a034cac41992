/**
 * A publication, as the application sees it.
 *
 * @module
 */

import type { FlvTag } from "../flv/flv_tag.ts";
import type { PublicationLedger } from "../ledger/publication_ledger.ts";

/** A peer's request to publish or to play, on which `authorize` decides. */
export interface StreamRequest {
  /** Whether the peer wants to publish or to play. */
  kind: "publish" | "play";
  /** All segments of the path but the last; empty if there is only one. */
  app: string;
  /** The last segment of the path. */
  name: string;
  /** The stream's path, `app/name`, however the peer has divided it between the two. */
  path: string;
  /** The parameters of the stream's name, then those of the app and of the `tcUrl`. */
  params: URLSearchParams;
  /** The peer's address, as `address:port`. */
  remoteAddr: string;
  /** The URL to which the peer connected, as it states. */
  tcUrl: string;
  /** The name of the peer's program, as it states. */
  flashVer: string;
  /** The mode of publishing. The server treats all three alike; an application may not. */
  type?: "live" | "record" | "append";
  /** The id of the peer's connection, as in the log. */
  connection?: string;
  /**
   * Whether the stream is pulled from another server. A publisher of the same name displaces it, and
   * it displaces no publisher. `false` by default.
   */
  relayed?: boolean;
  /**
   * Ids of the relays that the stream has passed, or that wait for it (`via` of `publishRtmp` and
   * `playRtmp`). Encoders and players have none.
   */
  via?: readonly string[];
}

/** How a publication ended. */
export interface PublicationEnd {
  /**
   * `unpublished`: the publisher ended it; `disconnected`: the publisher's connection ended;
   * `closed`: the server ended it; `failed`: the publisher broke the protocol or a limit.
   */
  reason: "unpublished" | "disconnected" | "closed" | "failed";
  /** One sentence for the log. */
  description: string;
  /** The error that ended it, if there was one. */
  error?: unknown;
}

/**
 * A stream that is being published. `tags` ends when the publication has ended and every received tag
 * has been read; `closed` has the reason.
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
export interface Publication {
  /** The unique id of this publication. */
  readonly id: string;
  /** When it was accepted. */
  readonly since: Date;
  /** All segments of its path but the last; empty if there is only one. */
  readonly app: string;
  /** The last segment of its path. */
  readonly name: string;
  /** Its path: `app/name`, or only the name if there is no app. */
  readonly path: string;
  /** The path as a file name: safe on every file system, and different for every path. */
  readonly fileName: string;
  /** The parameters the publisher sent with the name, the app and the URL. */
  readonly params: URLSearchParams;
  /** The publisher's address, as `address:port`. */
  readonly remoteAddr: string;
  /** The URL to which the publisher connected, as it states. */
  readonly tcUrl: string;
  /** The name of the publisher's program, as it states. */
  readonly flashVer: string;
  /** The id of the publisher's connection, as in the log; `undefined` for a pull. */
  readonly connection: string | undefined;
  /** Whether it is pulled from another server instead of sent by a publisher. */
  readonly relayed: boolean;
  /**
   * The members of the first `onMetaData`. It resolves at the latest with the first tag of audio or
   * video, even if no tag is read. It is `undefined` if no metadata arrives before that, before the
   * end, or among the first 32 tags or 256 KiB that wait unread.
   */
  readonly metadata: Promise<Record<string, unknown> | undefined>;
  /** Ids of the relays that the stream has passed: none if it comes from an encoder. */
  readonly via: readonly string[];
  /** The published tags. A handler that does not read them holds the publisher back. */
  readonly tags: ReadableStream<FlvTag>;
  /** The counts of what was received, delivered and dropped. */
  readonly ledger: PublicationLedger;
  /** Resolves with the reason of its end, as soon as no more tags can arrive. */
  readonly closed: Promise<PublicationEnd>;
  /**
   * Ends the publication. The publisher is told the reason, and its connection is closed if it
   * carries no other stream. Received tags can still be read.
   *
   * @param reason One sentence for the publisher; of a longer text, the first 1,024 characters.
   * @throws {TypeError} If it is not a string.
   */
  close(reason?: string): void;
}
