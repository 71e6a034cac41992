/**
 * `publishRtmp`: sends a stream of tags to an RTMP server.
 *
 * @module
 */

import { checkWord } from "../check_option.ts";
import type { FlvTag } from "../flv/flv_tag.ts";
import { publishOn } from "../session/client/publish.ts";
import { checkClientOptions } from "./check_options.ts";
import { connectRtmp, type DefaultTimeouts, type RtmpClientOptions } from "./connect.ts";
import { parseRtmpUrl } from "./url.ts";

/**
 * What is written waits in the buffers of both systems: 4 MiB are 32 s at 1 Mbit/s, in which a server
 * that acknowledges nothing shows no sign of life.
 */
const TIMEOUTS: DefaultTimeouts = { idleTimeout: 60_000, closeTimeout: 30_000 };

/** Options of {@linkcode publishRtmp}. */
export interface PublishRtmpOptions extends RtmpClientOptions {
  /** What the server is to do with the stream: `live` by default (RTMP 1.0, section 7.2.2.6). */
  type?: "live" | "record" | "append";
}

/** A stream that is being published to a server. */
export interface RtmpPublisher extends AsyncDisposable {
  /**
   * Takes the tags. A write resolves when the socket has taken the tag; small ones leave together,
   * of which at most 256 KiB wait. Closing it ends the publication as `close` does; aborting it
   * closes the connection at once. It fails with the error of `closed`.
   */
  readonly writable: WritableStream<FlvTag>;
  /**
   * Resolves when the publication was closed here and the server has taken everything. Rejects when
   * anything else ended it: with an `RtmpCommandError` if the server said why, with an
   * `RtmpTimeoutError` if it took nothing for `idleTimeout`, or showed no sign of life at the end for
   * `closeTimeout`. It needs no handler.
   */
  readonly closed: Promise<void>;
  /**
   * Ends the publication after all tags that were written before, awaited or not, and waits until the
   * server has taken everything. What counts as that: it answers the goodbye, or a ping that follows
   * the last tag; or it closes its side of the connection after ours, without a reset.
   *
   * @throws What `closed` rejects with.
   */
  close(): Promise<void>;
}

/**
 * Publishes a stream to an RTMP server.
 *
 * Tags are sent as they are, Enhanced RTMP too, and as fast as they are written: a file has to be
 * written at its own pace. `onMetaData` is sent as `@setDataFrame`, so that servers keep it.
 *
 * The application is the first segment of the URL's path, or the first two of three or more; the
 * query belongs to the stream's name. In `rtmp://host/app?token=1/name`, where the query comes
 * first, it belongs to the application. What no URL can say, `app` and `streamName` do. A user and a
 * password before the host are for Adobe's authentication, by which the password does not travel.
 *
 * @param url Where to: `rtmp://host/app/name`, or `rtmps:` for TLS. The ports are 1935 and 443.
 * @param options What the URL does not say.
 * @returns The stream, once the server has agreed to take it.
 * @throws {TypeError} If the URL is none of RTMP, or names no application or no stream, or if an
 * option is of another kind than it has to be.
 * @throws {RangeError} If a time is not a whole number of milliseconds in its range.
 * @throws {RtmpCommandError} If the server refuses: `statusCode` and `read` are what it said.
 * @throws {RtmpTimeoutError} If it does not answer in time.
 * @throws {RtmpError} If it cannot be reached, or breaks the protocol.
 * @throws {Deno.errors.NotCapable} If `--allow-net` does not permit to connect to it. It is checked
 * first, so that Deno never stops the program to ask.
 *
 * @example
 * ```ts
 * import { type FlvTag, publishRtmp, serveRtmp } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const received: FlvTag[] = [];
 * const server = serveRtmp({ hostname: "127.0.0.1", port: 0 }, async (publication) => {
 *   for await (const tag of publication.tags) received.push(tag);
 * });
 *
 * const tag: FlvTag = { type: "audio", timestamp: 0, data: Uint8Array.of(0xaf, 1, 0x21) };
 * const { writable } = await publishRtmp(`rtmp://127.0.0.1:${server.addr.port}/live/demo`);
 * await ReadableStream.from([tag]).pipeTo(writable);
 *
 * await server.shutdown();
 * assertEquals(received, [tag]);
 * ```
 */
export async function publishRtmp(
  url: string | URL,
  options: PublishRtmpOptions = {},
): Promise<RtmpPublisher> {
  checkClientOptions(options);
  const { type = "live" } = options;
  checkWord("type", type, ["live", "record", "append"]);
  const target = parseRtmpUrl(url, options);
  const session = await connectRtmp("publish", target, options, TIMEOUTS);
  try {
    const { place, streamName } = target;
    return await publishOn(session, { place, streamName, type });
  } catch (error) {
    session.close();
    throw error;
  }
}
