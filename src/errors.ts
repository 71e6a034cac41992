/**
 * The errors of this package: one class a layer, each saying what was read, what was expected and
 * where.
 *
 * @module
 */

/** The facts an error carries beside its message. */
export interface ErrorFacts extends ErrorOptions {
  /** What was found in the input, in words. */
  read?: string;
  /** What would have been right there, in words. */
  expected?: string;
  /** Where: bytes since the first byte that the failing layer was given. */
  byteOffset?: number;
  /** The chunk stream it happened on, where there is one (RTMP 1.0, section 5.3.1). */
  chunkStreamId?: number;
  /** The code a peer gave as its reason, as `NetStream.Publish.BadName`; its text is `read`. */
  statusCode?: string;
}

/**
 * What every error of this package has in common: facts that a program can look at, put into the
 * message for whoever reads the log.
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
  /** What would have been right there, in words. */
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

/** Anything that goes wrong between two RTMP peers. */
export class RtmpError extends ProtocolError {}

/** The peer does not speak RTMP, or broke its handshake (RTMP 1.0, section 5.2). */
export class RtmpHandshakeError extends RtmpError {}

/** The chunk layer is broken, and with it the connection (RTMP 1.0, section 5.3). */
export class RtmpChunkError extends RtmpError {}

/** A whole message has a body that cannot be read (RTMP 1.0, section 6). */
export class RtmpMessageError extends RtmpError {}

/** A value is not valid AMF0 or AMF3, or cannot be written as such. */
export class AmfError extends RtmpError {}

/** A command was refused, by us or by the peer (RTMP 1.0, section 7). */
export class RtmpCommandError extends RtmpError {}

/** The peer asked for more than a limit allows. */
export class RtmpLimitError extends RtmpError {}

/** The peer took longer than it may. */
export class RtmpTimeoutError extends RtmpError {}

/** FLV bytes or the inside of a tag cannot be read (FLV 10.1, annex E; Enhanced RTMP v2). */
export class FlvError extends ProtocolError {}
