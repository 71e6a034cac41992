/**
 * The stages and codecs from bytes to FLV tags, and channels, by web standards alone: they run in
 * Deno, Node, Bun, browsers and workers.
 *
 * @example Count the frames of an FLV stream
 * ```ts
 * import { FlvDemuxerStream, FlvMuxerStream, mediaKind } from "@sluice/rtmp/core";
 * import { assertEquals } from "@std/assert";
 *
 * const data = Uint8Array.of(0x17, 1, 0, 0, 0, 0, 0, 0, 1, 0x65);
 * const file = ReadableStream.from([{ type: "video" as const, timestamp: 0, data }])
 *   .pipeThrough(new FlvMuxerStream());
 *
 * let frames = 0;
 * for await (const tag of file.pipeThrough(new FlvDemuxerStream())) {
 *   if (mediaKind(tag.type, tag.data) === "videoFrames") frames++;
 * }
 * assertEquals(frames, 1);
 * ```
 *
 * @module
 */

export {
  AmfError,
  type ErrorFacts,
  FlvError,
  ProtocolError,
  RtmpChunkError,
  RtmpCommandError,
  RtmpError,
  RtmpHandshakeError,
  RtmpLimitError,
  RtmpMessageError,
  RtmpTimeoutError,
} from "./errors.ts";

export {
  type OrderedTransformer,
  OrderedTransformStream,
} from "./stream/ordered_transform_stream.ts";

export { type MediaCounts, type MediaKind, noMedia } from "./ledger/counts.ts";
export { ConsumerLedger, type ConsumerMode, type DropReason } from "./ledger/consumer_ledger.ts";
export { PublicationLedger } from "./ledger/publication_ledger.ts";
export { type DiscardReason, ReceivedCounts } from "./ledger/received_counts.ts";

export type { AmfDecodeOptions } from "./amf/cursor.ts";
export { decodeAmf0 } from "./amf/decode_amf0.ts";
export { decodeAmf3 } from "./amf/decode_amf3.ts";
export { encodeAmf0 } from "./amf/encode_amf0.ts";
export { encodeAmf3 } from "./amf/encode_amf3.ts";
export { amfClassName, type EcmaArray, ecmaArray } from "./amf/values.ts";

export type { RtmpChunk } from "./chunk/chunk.ts";
export type { RtmpChunkDecoderOptions } from "./chunk/chunk_decoder.ts";
export { RtmpChunkDecoderStream } from "./chunk/chunk_decoder_stream.ts";

export { MessageType, type RtmpMessage } from "./message/message.ts";
export type { RtmpMessageDecoderOptions } from "./message/message_decoder.ts";
export { RtmpMessageDecoderStream } from "./message/message_decoder_stream.ts";
export type { RtmpMessageEncoderOptions } from "./message/message_encoder.ts";
export { RtmpMessageEncoderStream } from "./message/message_encoder_stream.ts";

export type { FlvTag, FlvTagType } from "./flv/flv_tag.ts";
export { FlvTagDecoder, FlvTagStream, type FlvTagStreamOptions } from "./flv/tag_stream.ts";
export { FlvMuxer, type FlvMuxerOptions, FlvMuxerStream } from "./flv/muxer.ts";
export { FlvDemuxer, FlvDemuxerStream, type FlvHeader } from "./flv/demuxer.ts";
export {
  isEnhanced,
  isKeyframe,
  isMetadata,
  isSequenceHeader,
  mediaKind,
  sequenceHeaderKey,
} from "./flv/tag_kind.ts";
export {
  type AudioChannels,
  type AudioPacketType,
  type AudioTag,
  type AudioTrack,
  parseAudioTag,
  type SoundFlags,
} from "./flv/audio_tag.ts";
export {
  parseVideoTag,
  type VideoFrameType,
  type VideoPacketType,
  type VideoTag,
  type VideoTrack,
} from "./flv/video_tag.ts";
export { parseScriptTag, type ScriptTag } from "./flv/script_tag.ts";
export type { MultitrackForm } from "./flv/enhanced_header.ts";
export type { ColorConfig, ColorInfo, HdrCll, HdrMdcv } from "./flv/color_info.ts";
export type { AudioConfig, VideoConfig } from "./flv/codec/types.ts";
export { readAudioConfig } from "./flv/codec/audio_config.ts";
export { readVideoConfig } from "./flv/codec/video_config.ts";

export { Channel } from "./channel/channel.ts";
export type { GopCacheLimits } from "./channel/gop_cache.ts";
export type { RateMeter } from "./channel/rate_meter.ts";
export type { SubscribeOptions, Subscription, SubscriptionSource } from "./channel/subscription.ts";
export type { CountedTag } from "./channel/tag_queue.ts";
