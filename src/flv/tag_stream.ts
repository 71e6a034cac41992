/**
 * RTMP messages to FLV tags.
 *
 * @module
 */

import { toBytes } from "../bytes/byte_source.ts";
import { checkObject } from "../check_option.ts";
import { type MediaCounts, noMedia } from "../ledger/counts.ts";
import { MessageType, type RtmpMessage } from "../message/message.ts";
import { OrderedTransformStream } from "../pipeline/ordered_transform_stream.ts";
import { borrowing } from "../pipeline/transformer.ts";
import { splitAggregate } from "./aggregate.ts";
import { FlvClock } from "./clock.ts";
import type { FlvTag, FlvTagType } from "./flv_tag.ts";
import { mediaKind } from "./tag_kind.ts";

/** AMF0 string "@setDataFrame": what asks a server to keep the metadata that follows it. */
const SET_DATA_FRAME = Uint8Array.from([2, 0, 13, ...new TextEncoder().encode("@setDataFrame")]);

/**
 * Makes FLV tags of the media messages of one publication; what {@linkcode FlvTagStream} does,
 * without a stream.
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
  readonly #clock = new FlvClock();
  #malformedAggregates = 0;

  /** Aggregate messages so far that were cut short or held another aggregate. */
  get malformedAggregates(): number {
    return this.#malformedAggregates;
  }

  /**
   * Emits the tags that a message makes: one for audio, video and data, any number for an
   * aggregate, none for anything else.
   *
   * Payloads are passed on, not copied, except those in an aggregate. `@setDataFrame` is taken
   * away, and the format byte of AMF3 data too; anything else in data messages, `@clearDataFrame`
   * included, is passed on as it is.
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
    // The payload of empty messages is one for all of them; a tag's memory is its own.
    const own = data.length === 0 ? new Uint8Array(0) : data;
    return { type, timestamp: this.#clock.unwrap(wireTime), data: own };
  }
}

/**
 * A data message that carries script data and nothing else, as a tag does; any other message as it
 * is. It is decoded to a tag with just this payload.
 */
export function bareDataMessage(message: RtmpMessage): RtmpMessage {
  const { typeId } = message;
  if (typeId !== MessageType.DataAmf0 && typeId !== MessageType.DataAmf3) return message;
  return { ...message, typeId: MessageType.DataAmf0, payload: scriptDataOf(message) };
}

/** What a data message is as script data: an FLV file has the name of the event first. */
function scriptDataOf({ typeId, payload }: RtmpMessage): Uint8Array {
  // The format byte 0 of type 15 says: AMF0 values, each of which may switch to AMF3 by a marker.
  const hasFormat = typeId === MessageType.DataAmf3 && payload[0] === 0;
  return bareScriptData(hasFormat ? payload.subarray(1) : payload);
}

/** Script data without what asks a server to keep it. */
export function bareScriptData(data: Uint8Array): Uint8Array {
  return SET_DATA_FRAME.every((byte, index) => data[index] === byte)
    ? data.subarray(SET_DATA_FRAME.length)
    : data;
}

/** What a {@linkcode FlvTagStream} can be told. */
export interface FlvTagStreamOptions {
  /** Where the tags that come out are counted. */
  counts?: MediaCounts;
}

/**
 * Makes FLV tags of the messages of one publication, audio, video and data; aggregates are taken
 * apart, other messages left out.
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
   * Makes a stream for the messages of one publication.
   *
   * @param options Where the tags are counted.
   */
  constructor({ counts = noMedia() }: FlvTagStreamOptions = {}) {
    const decoder = new FlvTagDecoder();
    super(borrowing({
      transform: (message, emit) =>
        decoder.decode(message, (tag) => {
          counts[mediaKind(tag.type, tag.data)]++;
          emit(tag);
        }),
    }));
    this.#decoder = decoder;
  }

  /** Aggregate messages so far that were cut short or held another aggregate. */
  get malformedAggregates(): number {
    return this.#decoder.malformedAggregates;
  }
}
