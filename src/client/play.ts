/**
 * `playRtmp`: plays a stream of tags from an RTMP server.
 *
 * @module
 */

import { checkNumber } from "../check_number.ts";
import type { FlvTag } from "../flv/flv_tag.ts";
import { startPlaying } from "../session/client/play.ts";
import { checkClientOptions } from "./check_options.ts";
import { connectRtmp, type DefaultTimeouts, type RtmpClientOptions } from "./connect.ts";
import { parseRtmpUrl } from "./url.ts";

/** The default limits: a server that does not close its side holds no data back. */
const TIMEOUTS: DefaultTimeouts = { idleTimeout: Infinity, closeTimeout: 2_000 };

/** The special values of `start` (RTMP 1.0, section 7.2.2.1). */
const LIVE_OR_RECORDED = -2000;
const LIVE = -1000;

/** Options of {@linkcode playRtmp}. */
export interface PlayRtmpOptions extends RtmpClientOptions {
  /**
   * Where to begin, in milliseconds (RTMP 1.0, section 7.2.2.1): -2000, the default, plays a live
   * stream or else a recording; -1000 only a live stream; 0 and above a recording from that time.
   */
  start?: number;
}

/** A stream that is being played from a server. */
export interface RtmpPlayer extends AsyncDisposable {
  /**
   * The tags, all that the server sends. If the caller does not read them, the connection stops, and
   * the server may drop tags or disconnect. The stream ends when the server announces its end; if
   * anything else ends it, it fails with the error of `closed` after the last tag. Cancelling it ends
   * the playback.
   */
  readonly readable: ReadableStream<FlvTag>;
  /**
   * Resolves when the server has announced the end of the stream (`UnpublishNotify`, `Play.Stop`,
   * `Play.Complete`, Stream EOF), or the caller has closed the playback. Rejects when anything else
   * ended it. A connection that closes without an announcement is an `RtmpError`, since the server
   * may have been killed. It settles only while tags are read, and its rejection needs no handler.
   */
  readonly closed: Promise<void>;
  /** Ends the playback. It does not throw; `closed` has the result. */
  close(): Promise<void>;
}

/**
 * Plays a stream from an RTMP server.
 *
 * URLs are read as by {@linkcode publishRtmp}.
 *
 * @param url The stream: `rtmp://host/app/name`, or `rtmps:` for TLS. The default ports are 1935 and
 * 443.
 * @param options Settings that the URL does not contain.
 * @returns The stream, after the server has announced that it begins.
 * @throws {TypeError} If the URL is not an RTMP URL, or names no application or no stream, or if an
 * option has the wrong type.
 * @throws {RangeError} If a time is not a whole number of milliseconds in its range.
 * @throws {RtmpCommandError} If the server refuses: `statusCode` and `read` are its answer.
 * @throws {RtmpTimeoutError} If the server does not answer in time. Some servers do not answer until
 * the stream is published.
 * @throws {RtmpError} If the server cannot be reached, or breaks the protocol.
 * @throws {Deno.errors.NotCapable} If `--allow-net` does not permit the connection. The client checks
 * this first, so that Deno never prompts.
 *
 * @example Record a stream
 * ```ts ignore
 * import { FlvMuxerStream, playRtmp } from "@sluice/rtmp";
 *
 * const { readable } = await playRtmp("rtmp://example.com/live/demo");
 * const file = await Deno.create("demo.flv");
 * await readable.pipeThrough(new FlvMuxerStream()).pipeTo(file.writable);
 * ```
 *
 * @example Play a published stream
 * ```ts
 * import { Channel, type FlvTag, playRtmp, publishRtmp, serveRtmp } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const channel = new Channel();
 * await using server = serveRtmp({
 *   hostname: "127.0.0.1",
 *   port: 0,
 *   play: (_, filter) => channel.subscribe({ kind: "rtmp-play", mode: "live", filter, shared: true }),
 * }, (publication) => channel.run(publication.tags, publication.ledger));
 *
 * const url = `rtmp://127.0.0.1:${server.addr.port}/live/demo`;
 * const { readable } = await playRtmp(url);
 * const { writable } = await publishRtmp(url);
 * const tag: FlvTag = { type: "audio", timestamp: 0, data: Uint8Array.of(0xaf, 1, 0x21) };
 * await ReadableStream.from([tag]).pipeTo(writable);
 * assertEquals(await Array.fromAsync(readable), [tag]);
 * ```
 */
export async function playRtmp(
  url: string | URL,
  options: PlayRtmpOptions = {},
): Promise<RtmpPlayer> {
  checkClientOptions(options);
  const target = parseRtmpUrl(url, options);
  const start = checkStart(options.start);
  const session = await connectRtmp("play", target, options, TIMEOUTS);
  try {
    const { hostAndApp, streamName } = target;
    return await startPlaying(session, { hostAndApp, streamName, start });
  } catch (error) {
    session.close();
    throw error;
  }
}

function checkStart(start: number = LIVE_OR_RECORDED): number {
  return start === LIVE_OR_RECORDED || start === LIVE ? start : checkNumber("start", start, 0);
}
