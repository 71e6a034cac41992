/**
 * `playRtmp`: takes a stream of tags from an RTMP server.
 *
 * @module
 */

import { checkNumber } from "../check_number.ts";
import type { FlvTag } from "../flv/flv_tag.ts";
import { playOn } from "../session/client/play.ts";
import { checkClientOptions } from "./check_options.ts";
import { connectRtmp, type DefaultTimeouts, type RtmpClientOptions } from "./connect.ts";
import { parseRtmpUrl } from "./url.ts";

/** A server that does not close its side keeps nothing back. */
const TIMEOUTS: DefaultTimeouts = { idleTimeout: Infinity, closeTimeout: 2_000 };

/** The values of `start` that are no times (RTMP 1.0, section 7.2.2.1). */
const LIVE_OR_RECORDED = -2000;
const LIVE = -1000;

/** Options of {@linkcode playRtmp}. */
export interface PlayRtmpOptions extends RtmpClientOptions {
  /**
   * Where to begin, in milliseconds (RTMP 1.0, section 7.2.2.1): -2000, the default, plays a live
   * stream or else a recording; -1000 a live stream only; 0 and above a recording from there.
   */
  start?: number;
}

/** A stream that is being played from a server. */
export interface RtmpPlayer extends AsyncDisposable {
  /**
   * Gives the tags. Nothing is left out: a caller that does not read stops the connection, and the
   * server may drop what it cannot send, or disconnect. It ends when the server says that the stream
   * has ended, and fails with the error of `closed` after the last tag. Cancelling it ends the
   * playback.
   */
  readonly readable: ReadableStream<FlvTag>;
  /**
   * Resolves when the server has said that the stream has ended (`UnpublishNotify`, `Play.Stop`,
   * `Play.Complete`, Stream EOF), or the playback was closed here. Rejects when anything else ended
   * it: a connection that just closes is an `RtmpError`, since a server that was killed does no more.
   * It settles only while tags are read, and needs no handler.
   */
  readonly closed: Promise<void>;
  /** Ends the playback. It does not throw: `closed` tells how it went. */
  close(): Promise<void>;
}

/**
 * Plays a stream from an RTMP server.
 *
 * URLs are read as by {@linkcode publishRtmp}.
 *
 * @param url What to play: `rtmp://host/app/name`, or `rtmps:` for TLS. The ports are 1935 and 443.
 * @param options What the URL does not say.
 * @returns The stream, once the server has said that it begins.
 * @throws {TypeError} If the URL is none of RTMP, or names no application or no stream, or if an
 * option is of another kind than it has to be.
 * @throws {RangeError} If a time is not a whole number of milliseconds in its range.
 * @throws {RtmpCommandError} If the server refuses: `statusCode` and `read` are what it said.
 * @throws {RtmpTimeoutError} If it does not answer in time. Some servers say nothing until the
 * stream is published.
 * @throws {RtmpError} If it cannot be reached, or breaks the protocol.
 * @throws {Deno.errors.NotCapable} If `--allow-net` does not permit to connect to it. It is checked
 * first, so that Deno never stops the program to ask.
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
 * @example Play what is published
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
    const { place, streamName } = target;
    return await playOn(session, { place, streamName, start });
  } catch (error) {
    session.close();
    throw error;
  }
}

function checkStart(start: number = LIVE_OR_RECORDED): number {
  return start === LIVE_OR_RECORDED || start === LIVE ? start : checkNumber("start", start, 0);
}
