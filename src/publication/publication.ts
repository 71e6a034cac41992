/**
 * A stream that is published, as the application sees it.
 *
 * @module
 */

import type { FlvTag } from "../flv/flv_tag.ts";
import type { PublicationLedger } from "../ledger/publication_ledger.ts";

/** Who wants to publish or play what; what `authorize` decides on. */
export interface StreamRequest {
  /** What is asked for. */
  kind: "publish" | "play";
  /** All segments of the path but the last; empty if there is only one. */
  app: string;
  /** The last segment of the path. */
  name: string;
  /** Where the stream is found, `app/name`, however the peer has divided it between the two. */
  path: string;
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
  /**
   * Whether it is brought in from another server, as by a pull: then a publisher of the same name
   * displaces it, and it displaces no publisher. False unless given.
   */
  relayed?: boolean;
  /**
   * Ids of the relays that the stream has passed, or that wait for it: none for encoders and players
   * (`via` of `publishRtmp` and `playRtmp`).
   */
  via?: readonly string[];
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
 * A stream that is published. `tags` ends when the publication does, whatever the reason,
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
export interface Publication {
  /** Tells this publication from all others. */
  readonly id: string;
  /** When it was accepted. */
  readonly since: Date;
  /** All segments of its path but the last; empty if there is only one. */
  readonly app: string;
  /** The last segment of its path. */
  readonly name: string;
  /** Where it is found: `app/name`, or the name alone if there is no app. */
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
  /** Whether it is brought in from another server, as opposed to sent by a publisher. */
  readonly relayed: boolean;
  /**
   * The members of the first `onMetaData`. It resolves by the first tag of audio or video at the
   * latest, whether tags are read or not: with `undefined` if none came before that, before the end,
   * or among the first 32 tags or 256 KiB that wait unread.
   */
  readonly metadata: Promise<Record<string, unknown> | undefined>;
  /** Ids of the relays that the stream has passed: none if it comes from an encoder. */
  readonly via: readonly string[];
  /** What is published. A handler that does not read it holds the publisher back. */
  readonly tags: ReadableStream<FlvTag>;
  /** What came and where it went. */
  readonly ledger: PublicationLedger;
  /** How it ended, as soon as nothing more can come. */
  readonly closed: Promise<PublicationEnd>;
  /**
   * Ends the publication: the publisher hears why, and its connection is closed if it carries nothing
   * else. What has been received can still be read.
   *
   * @param reason One sentence for the publisher; of a longer text, the first 1,024 characters.
   * @throws {TypeError} If it is no text.
   */
  close(reason?: string): void;
}
