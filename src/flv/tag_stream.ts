/**
 * The tag decoder: RTMP messages in, FLV tags out.
 *
 * @module
 */

import { startsWith } from "@std/bytes";
import { encodeAmf0 } from "../amf/encode_amf0.ts";
import { toBytes } from "../bytes/byte_source.ts";
import { checkObject } from "../check_option.ts";
import type { MediaCounts } from "../ledger/counts.ts";
import { MessageType, type RtmpMessage } from "../message/message.ts";
import { OrderedTransformStream } from "../pipeline/ordered_transform_stream.ts";
import { borrowing } from "../pipeline/transformer.ts";
import { splitAggregate } from "./aggregate.ts";
import { TimestampUnwrapper } from "./timestamp_unwrapper.ts";
import type { FlvTag, FlvTagType } from "./flv_tag.ts";
import { mediaKind } from "./tag_kind.ts";

/** The command that asks a server to keep the following metadata for later players. */
export const SET_DATA_FRAME: Uint8Array = encodeAmf0("@setDataFrame");

/**
 * Converts the media messages of one publication to FLV tags: {@linkcode FlvTagStream} without the
 * stream.
 *
 * @example
 * ```ts
 * import { type FlvTag, FlvTagDecoder } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const decoder = new FlvTagDecoder();
 * const tags: FlvTag[] = [];
 * const payload = Uint8Array.of(0xaf, 1, 0x21);
 * decoder.decode(
 *   { chunkStreamId: 4, messageStreamId: 1, typeId: 8, timestamp: 23, payload },
 *   (tag) => tags.push(tag),
 * );
 * assertEquals(tags, [{ type: "audio", timestamp: 23, data: payload }]);
 * ```
 */
export class FlvTagDecoder {
  readonly #unwrapper = new TimestampUnwrapper();
  #malformedAggregates = 0;

  /** The number of aggregate messages so far that were truncated or contained another aggregate. */
  get malformedAggregates(): number {
    return this.#malformedAggregates;
  }

  /**
   * Emits the tags of a message: one for audio, video and data, any number for an aggregate, none
   * for other messages.
   *
   * Payloads are not copied, except those in an aggregate. `@setDataFrame` and the format byte of
   * AMF3 data are removed. Other data messages, including `@clearDataFrame`, are passed on
   * unchanged.
   *
   * @param message The message.
   * @param emit Called with each tag, in order.
   */
  decode(message: RtmpMessage, emit: (tag: FlvTag) => void): void {
    checkObject("a message", message);
    const { typeId, timestamp } = message;
    const payload = toBytes(message.payload, "the payload of a message");
    switch (typeId) {
      case MessageType.Audio:
        return emit(this.#tag("audio", timestamp, payload));
      case MessageType.Video:
        return emit(this.#tag("video", timestamp, payload));
      case MessageType.DataAmf0:
      case MessageType.DataAmf3:
        return emit(this.#tag("script", timestamp, scriptDataOf({ ...message, payload })));
      case MessageType.Aggregate:
        return this.#decodeAll(splitAggregate({ ...message, payload }), emit);
    }
  }

  #decodeAll(parts: Generator<RtmpMessage, boolean, void>, emit: (tag: FlvTag) => void): void {
    let next = parts.next();
    for (; !next.done; next = parts.next()) this.decode(next.value, emit);
    if (!next.value) this.#malformedAggregates++;
  }

  #tag(type: FlvTagType, wireTime: number, data: Uint8Array): FlvTag {
    // All empty messages share a payload, but a tag must not share its memory.
    const own = data.length === 0 ? new Uint8Array(0) : data;
    return { type, timestamp: this.#unwrapper.unwrap(wireTime), data: own };
  }
}

/**
 * Returns a data message with script data alone, as in a tag; any other message is returned as it
 * is. Its tag has the same payload.
 */
export function normalizeDataMessage(message: RtmpMessage): RtmpMessage {
  const { typeId } = message;
  if (typeId !== MessageType.DataAmf0 && typeId !== MessageType.DataAmf3) return message;
  return { ...message, typeId: MessageType.DataAmf0, payload: scriptDataOf(message) };
}

/** The script data of a data message; in FLV, it begins with the name of the event. */
function scriptDataOf({ typeId, payload }: RtmpMessage): Uint8Array {
  // The format byte 0 of type 15 means AMF0 values, each of which may switch to AMF3 by a marker.
  const hasFormat = typeId === MessageType.DataAmf3 && payload[0] === 0;
  return stripSetDataFrame(hasFormat ? payload.subarray(1) : payload);
}

/** Removes a leading `@setDataFrame` from script data. */
export function stripSetDataFrame(data: Uint8Array): Uint8Array {
  return startsWith(data, SET_DATA_FRAME) ? data.subarray(SET_DATA_FRAME.length) : data;
}

/** Options of {@linkcode FlvTagStream}. */
export interface FlvTagStreamOptions {
  /** The counts to which emitted tags are added. */
  counts?: MediaCounts;
  /** Called with each tag before it comes out. */
  onTag?: (tag: FlvTag) => void;
}

/**
 * Converts the messages of one publication to FLV tags: audio, video and data. Aggregates are
 * split, and other messages left out.
 *
 * Timestamps are unwrapped: they keep growing past 2^31 and 2^32, where those on the wire wrap.
 *
 * @example
 * ```ts
 * import { FlvTagStream, type RtmpMessage } from "@sluice/rtmp";
 * import { assertEquals } from "@std/assert";
 *
 * const message: RtmpMessage = {
 *   chunkStreamId: 6,
 *   messageStreamId: 1,
 *   typeId: 9,
 *   timestamp: 40,
 *   payload: Uint8Array.of(0x27, 1, 0, 0, 0, 0, 0, 0, 1, 0x41),
 * };
 * const tags = await Array.fromAsync(ReadableStream.from([message]).pipeThrough(new FlvTagStream()));
 * assertEquals(tags, [{ type: "video", timestamp: 40, data: message.payload }]);
 * ```
 */
export class FlvTagStream extends OrderedTransformStream<RtmpMessage, FlvTag> {
  readonly #decoder: FlvTagDecoder;

  /**
   * Makes a stage for the messages of one publication.
   *
   * @param options Where the tags are counted, and who is told of them.
   */
  constructor({ counts, onTag }: FlvTagStreamOptions = {}) {
    const decoder = new FlvTagDecoder();
    super(borrowing({
      transform: (message, emit) =>
        decoder.decode(message, (tag) => {
          if (counts) counts[mediaKind(tag.type, tag.data)]++;
          onTag?.(tag);
          emit(tag);
        }),
    }));
    this.#decoder = decoder;
  }

  /** The number of aggregate messages so far that were truncated or contained another aggregate. */
  get malformedAggregates(): number {
    return this.#decoder.malformedAggregates;
  }
}
