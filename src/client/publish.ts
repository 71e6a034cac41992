/**
 * `publishRtmp`: sends a stream of tags to an RTMP server.
 *
 * @module
 */

import { checkOneOf } from "../check_option.ts";
import type { FlvTag } from "../flv/flv_tag.ts";
import { startPublishing } from "../session/client/publish.ts";
import { checkClientOptions } from "./check_options.ts";
import { connectRtmp, type DefaultTimeouts, type RtmpClientOptions } from "./connect.ts";
import { parseRtmpUrl } from "./url.ts";

/**
 * The default limits. Written bytes wait in the buffers of both systems: 4 MiB are 32 s at 1 Mbit/s,
 * in which a server that acknowledges nothing shows no sign of life.
 */
const TIMEOUTS: DefaultTimeouts = { idleTimeout: 60_000, closeTimeout: 30_000 };

/** Options of {@linkcode publishRtmp}. */
export interface PublishRtmpOptions extends RtmpClientOptions {
  /** The mode of publishing: `live` by default (RTMP 1.0, section 7.2.2.6). */
  type?: "live" | "record" | "append";
}

/** A stream that is being published to a server. */
export interface RtmpPublisher extends AsyncDisposable {
  /**
   * The sink for the tags. A write resolves when the tag has been written to the socket; small tags
   * are gathered, up to 256 KiB. Closing the sink ends the publication as `close` does; aborting it
   * closes the connection at once. It fails with the error of `closed`.
   */
  readonly writable: WritableStream<FlvTag>;
  /**
   * Resolves when the caller has closed the publication and the server has received everything.
   * Rejects when anything else ended it: with an `RtmpCommandError` if the server gave a reason,
   * with an `RtmpTimeoutError` if the server read nothing for `idleTimeout`, or read and sent
   * nothing at the end for `closeTimeout`. Its rejection needs no handler.
   */
  readonly closed: Promise<void>;
  /**
   * Ends the publication after all tags that were written before, awaited or not, and waits until the
   * server has received everything. That is certain when the server confirms the end of the stream,
   * answers a ping sent after the last tag, or closes its side after ours without a reset.
   *
   * @throws What `closed` rejects with.
   */
  close(): Promise<void>;
}

/**
 * Publishes a stream to an RTMP server.
 *
 * Tags are sent unchanged, including Enhanced RTMP, and as fast as the caller writes them: write a
 * file in real time. `onMetaData` is sent as `@setDataFrame`, so that servers keep it.
 *
 * The application is the first segment of the URL's path, or the first two of three or more; the
 * query belongs to the stream's name. In `rtmp://host/app?token=1/name`, where the query comes
 * first, it belongs to the application. For all other cases use `app` and `streamName`. A user and a
 * password before the host are for Adobe's authentication, which does not send the password itself.
 *
 * @param url The target: `rtmp://host/app/name`, or `rtmps:` for TLS. The default ports are 1935 and
 * 443.
 * @param options Settings that the URL does not contain.
 * @returns The publisher, after the server has accepted the publication.
 * @throws {TypeError} If the URL is not an RTMP URL, or names no application or no stream, or if an
 * option has the wrong type.
 * @throws {RangeError} If a time is not a whole number of milliseconds in its range.
 * @throws {RtmpCommandError} If the server refuses: `statusCode` and `read` are its answer.
 * @throws {RtmpTimeoutError} If the server does not answer in time.
 * @throws {RtmpError} If the server cannot be reached, or breaks the protocol.
 * @throws {Deno.errors.NotCapable} If `--allow-net` does not permit the connection. The client checks
 * this first, so that Deno never prompts.
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
  checkOneOf("type", type, ["live", "record", "append"]);
  const target = parseRtmpUrl(url, options);
  const session = await connectRtmp("publish", target, options, TIMEOUTS);
  try {
    const { hostAndApp, streamName } = target;
    return await startPublishing(session, { hostAndApp, streamName, type });
  } catch (error) {
    session.close();
    throw error;
  }
}
