/**
 * `serveRtmp`: an RTMP server in one function, like `Deno.serve`.
 *
 * @module
 */

import { Server } from "./server.ts";
import type { PublicationHandler, RtmpServer, ServeRtmpOptions } from "./types.ts";

export type * from "./types.ts";

/**
 * Accepts publishers over RTMP and calls `handler` for each publication that is allowed.
 *
 * @param options Where to listen, and whom to allow what.
 * @param handler Called after the publisher has been told that it may begin. A handler that does not
 * read `tags` holds the publisher back. When it rejects, the publisher is told that the application
 * has failed.
 * @returns The server, which already listens.
 * @throws {RangeError} If a limit, a time or a port is not a whole number in its range.
 * @throws {TypeError} If the handler or a callback is not a function, or another option has the wrong
 * type.
 * @throws {Deno.errors.AddrInUse} If the port is taken.
 * @throws {Deno.errors.NotCapable} If `--allow-net` was not given.
 *
 * @example Record everything
 * ```ts ignore
 * import { FlvMuxerStream, serveRtmp } from "@sluice/rtmp";
 *
 * serveRtmp({ port: 1935 }, async (publication) => {
 *   const file = await Deno.create(`${publication.fileName}.flv`);
 *   await publication.tags.pipeThrough(new FlvMuxerStream()).pipeTo(file.writable);
 * });
 * ```
 *
 * @example Accept only publishers with the key
 * ```ts
 * import { publishRtmp, RtmpCommandError, serveRtmp } from "@sluice/rtmp";
 * import { assertRejects } from "@std/assert";
 *
 * await using server = serveRtmp({
 *   hostname: "127.0.0.1",
 *   port: 0,
 *   authorize: ({ params }) =>
 *     params.get("key") === "secret" || { description: "Not with this key" },
 * }, (publication) => publication.tags.pipeTo(new WritableStream()));
 *
 * const url = `rtmp://127.0.0.1:${server.addr.port}/live/demo`;
 * await assertRejects(() => publishRtmp(url), RtmpCommandError, "Not with this key");
 * await (await publishRtmp(`${url}?key=secret`)).close();
 * ```
 */
export function serveRtmp(options: ServeRtmpOptions, handler: PublicationHandler): RtmpServer;
/**
 * The same with the default options: on port 1935 of all addresses, open to every publisher.
 *
 * @param handler Called after the publisher has been told that it may begin.
 * @returns The server, which already listens.
 * @throws {Deno.errors.AddrInUse} If the port is taken.
 * @throws {Deno.errors.NotCapable} If `--allow-net` was not given.
 *
 * @example
 * ```ts ignore
 * import { serveRtmp } from "@sluice/rtmp";
 *
 * serveRtmp(async ({ path, tags }) => {
 *   for await (const tag of tags) console.log(path, tag.type, tag.timestamp);
 * });
 * ```
 */
export function serveRtmp(handler: PublicationHandler): RtmpServer;
export function serveRtmp(
  options: ServeRtmpOptions | PublicationHandler,
  handler?: PublicationHandler,
): RtmpServer {
  if (typeof options !== "function") return new Server(options, handler!);
  // Ignored options after the handler could open the server to every publisher.
  if (handler === undefined) return new Server({}, options);
  throw new TypeError("Cannot use a function as the options: the options go before the handler");
}
