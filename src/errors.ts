/**
 * The errors of this package: one class for each layer. Each has what was read, what was expected
 * and where.
 *
 * @module
 */

/** The facts of an error, beside its message. */
export interface ErrorFacts extends ErrorOptions {
  /** What was found in the input, in words. */
  read?: string;
  /** What was expected instead, in words. */
  expected?: string;
  /** Where: bytes since the first byte that the failing layer was given. */
  byteOffset?: number;
  /** The chunk stream it happened on, where there is one (RTMP 1.0, section 5.3.1). */
  chunkStreamId?: number;
  /** The code a peer gave as its reason, as `NetStream.Publish.BadName`; its text is `read`. */
  statusCode?: string;
}

/**
 * The base of all errors of this package. A program can read the facts; the message contains them
 * too.
 *
 * @example
 * ```ts
 * import { ProtocolError } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new ProtocolError("Cannot read a tag", { read: "type 7", expected: "8, 9 or 18" });
 * assertEquals(error.message, "Cannot read a tag: read type 7, expected 8, 9 or 18");
 * ```
 */
export class ProtocolError extends Error {
  /** What was found in the input, in words. */
  readonly read: string | undefined;
  /** What was expected instead, in words. */
  readonly expected: string | undefined;
  /** Where: bytes since the first byte that the failing layer was given. */
  readonly byteOffset: number | undefined;
  /** The chunk stream it happened on, where there is one. */
  readonly chunkStreamId: number | undefined;
  /** The code a peer gave as its reason, where it gave one; its text is `read`. */
  readonly statusCode: string | undefined;

  /**
   * Makes an error whose message is the action, followed by the facts.
   *
   * @param action What could not be done, as "Cannot read a chunk header".
   * @param facts What was read, what was expected, and where.
   */
  constructor(action: string, facts: ErrorFacts = {}) {
    super(action + describe(facts), facts);
    this.name = new.target.name;
    this.read = facts.read;
    this.expected = facts.expected;
    this.byteOffset = facts.byteOffset;
    this.chunkStreamId = facts.chunkStreamId;
    this.statusCode = facts.statusCode;
  }
}

function describe(facts: ErrorFacts): string {
  const { read, expected, byteOffset, chunkStreamId, statusCode } = facts;
  const found = [read && `read ${read}`, expected && `expected ${expected}`].filter(Boolean);
  const where = [
    byteOffset !== undefined && `at byte ${byteOffset}`,
    chunkStreamId !== undefined && `on chunk stream ${chunkStreamId}`,
    statusCode,
  ].filter(Boolean);
  return (found.length ? `: ${found.join(", ")}` : "") +
    (where.length ? ` (${where.join(", ")})` : "");
}

/**
 * The base of all errors between two RTMP peers.
 *
 * @example
 * ```ts
 * import { publishRtmp, RtmpError } from "@sluice/rtmp";
 * import { assertRejects } from "@std/assert";
 *
 * // No server listens there.
 * await assertRejects(() => publishRtmp("rtmp://127.0.0.1:1/live/demo"), RtmpError);
 * ```
 */
export class RtmpError extends ProtocolError {}

/**
 * The peer does not speak RTMP, or broke its handshake (RTMP 1.0, section 5.2).
 *
 * @example
 * ```ts
 * import { playRtmp, RtmpHandshakeError } from "@sluice/rtmp";
 * import { assertRejects } from "@std/assert";
 *
 * using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const webServer = listener.accept().then(async (conn) => {
 *   await conn.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request"));
 *   return conn;
 * });
 * const url = `rtmp://127.0.0.1:${listener.addr.port}/live/demo`;
 * await assertRejects(() => playRtmp(url), RtmpHandshakeError);
 * (await webServer).close();
 * ```
 */
export class RtmpHandshakeError extends RtmpError {}

/**
 * The chunk layer is broken, and with it the connection (RTMP 1.0, section 5.3).
 *
 * @example
 * ```ts
 * import { RtmpChunkDecoderStream, RtmpChunkError } from "@sluice/rtmp";
 * import { assertRejects } from "@std/assert";
 *
 * // Type 3 repeats the header before it, and there is none.
 * const chunks = ReadableStream.from([Uint8Array.of(0xc3)])
 *   .pipeThrough(new RtmpChunkDecoderStream());
 * await assertRejects(() => Array.fromAsync(chunks), RtmpChunkError);
 * ```
 */
export class RtmpChunkError extends RtmpError {}

/**
 * A message has a body that cannot be read, or cannot be sent as it is (RTMP 1.0, section 6).
 *
 * @example
 * ```ts
 * import { type RtmpMessage, RtmpMessageEncoderStream, RtmpMessageError } from "@sluice/rtmp";
 * import { assertRejects } from "@std/assert";
 *
 * const message: RtmpMessage = {
 *   chunkStreamId: 1, // No chunk stream has this id.
 *   messageStreamId: 0,
 *   typeId: 9,
 *   timestamp: 0,
 *   payload: new Uint8Array(10),
 * };
 * const bytes = ReadableStream.from([message]).pipeThrough(new RtmpMessageEncoderStream());
 * await assertRejects(() => Array.fromAsync(bytes), RtmpMessageError);
 * ```
 */
export class RtmpMessageError extends RtmpError {}

/**
 * A value is not valid AMF0 or AMF3, or cannot be written as such.
 *
 * @example
 * ```ts
 * import { AmfError, decodeAmf0 } from "@sluice/rtmp";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * // A string of five bytes, of which two have come.
 * const error = assertThrows(() => decodeAmf0(Uint8Array.of(2, 0, 5, 0x68, 0x65)), AmfError);
 * assertEquals(error.byteOffset, 3);
 * ```
 */
export class AmfError extends RtmpError {}

/**
 * A command was refused, by us or by the peer (RTMP 1.0, section 7).
 *
 * @example
 * ```ts
 * import { publishRtmp, RtmpCommandError, serveRtmp } from "@sluice/rtmp";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using server = serveRtmp({
 *   hostname: "127.0.0.1",
 *   port: 0,
 *   authorize: () => ({ description: "Not today" }),
 * }, () => {});
 *
 * const url = `rtmp://127.0.0.1:${server.addr.port}/live/demo`;
 * const error = await assertRejects(() => publishRtmp(url), RtmpCommandError);
 * assertEquals([error.statusCode, error.read], ["NetStream.Publish.Denied", "Not today"]);
 * ```
 */
export class RtmpCommandError extends RtmpError {}

/**
 * The peer asked for more than a limit allows.
 *
 * @example
 * ```ts
 * import { RtmpChunkDecoderStream, RtmpLimitError } from "@sluice/rtmp";
 * import { assertRejects } from "@std/assert";
 *
 * // A video message of 1,000 bytes is announced.
 * const header = Uint8Array.of(6, 0, 0, 0, 0, 0x03, 0xe8, 9, 1, 0, 0, 0);
 * const chunks = ReadableStream.from([header])
 *   .pipeThrough(new RtmpChunkDecoderStream({ maxMessageSize: 999 }));
 * await assertRejects(() => Array.fromAsync(chunks), RtmpLimitError);
 * ```
 */
export class RtmpLimitError extends RtmpError {}

/**
 * The peer took longer than it may.
 *
 * @example
 * ```ts
 * import { playRtmp, RtmpTimeoutError } from "@sluice/rtmp";
 * import { assertRejects } from "@std/assert";
 *
 * // A server that accepts and says nothing.
 * using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const url = `rtmp://127.0.0.1:${listener.addr.port}/live/demo`;
 * await assertRejects(() => playRtmp(url, { timeout: 50 }), RtmpTimeoutError);
 * ```
 */
export class RtmpTimeoutError extends RtmpError {}

/**
 * FLV bytes or the inside of a tag cannot be read (FLV 10.1, annex E; Enhanced RTMP v2).
 *
 * @example
 * ```ts
 * import { FlvDemuxerStream, FlvError } from "@sluice/rtmp";
 * import { assertRejects } from "@std/assert";
 *
 * const tags = ReadableStream.from([new TextEncoder().encode("This is a text.")])
 *   .pipeThrough(new FlvDemuxerStream());
 * await assertRejects(() => Array.fromAsync(tags), FlvError);
 * ```
 */
export class FlvError extends ProtocolError {}
