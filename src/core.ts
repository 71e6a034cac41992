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

// Modules in which everything is public are exported whole: JSR counts each name in a list like those
// of the others as one without documentation, as it stands in `mod.ts` too.
export * from "./errors.ts";

export type { ByteSource } from "./bytes/byte_source.ts";

export * from "./pipeline/ordered_transform_stream.ts";
export * from "./pipeline/transformer.ts";

export * from "./ledger/counts.ts";
export * from "./ledger/consumer.ts";
export type { ConsumerAccount, ConsumerCounts } from "./ledger/consumer_counts.ts";
export * from "./ledger/consumer_ledger.ts";
export * from "./ledger/consumer_share.ts";
export * from "./ledger/publication_ledger.ts";
export * from "./ledger/received_counts.ts";

export type { AmfDecodeOptions } from "./amf/cursor.ts";
export * from "./amf/decode_amf0.ts";
export { decodeAmf3 } from "./amf/decode_amf3.ts";
export * from "./amf/encode_amf0.ts";
export { encodeAmf3 } from "./amf/encode_amf3.ts";
export { amfClassName, type EcmaArray, ecmaArray } from "./amf/values.ts";

export type { RtmpChunk } from "./chunk/chunk.ts";
export type { RtmpChunkDecoderOptions } from "./chunk/decoder_options.ts";
export * from "./chunk/chunk_decoder_stream.ts";

export { MessageType, type RtmpMessage } from "./message/message.ts";
export type { RtmpMessageDecoderOptions } from "./message/message_decoder.ts";
export * from "./message/message_decoder_stream.ts";
export type { RtmpMessageEncoderOptions } from "./message/message_encoder.ts";
export * from "./message/message_encoder_stream.ts";

export type { FlvTag, FlvTagType } from "./flv/flv_tag.ts";
export { FlvTagDecoder, FlvTagStream, type FlvTagStreamOptions } from "./flv/tag_stream.ts";
export * from "./flv/muxer.ts";
export * from "./flv/demuxer.ts";
export * from "./flv/tag_kind.ts";
export * from "./flv/audio_tag.ts";
export * from "./flv/video_tag.ts";
export { parseScriptTag, type ScriptTag } from "./flv/script_tag.ts";
export type { MultitrackForm } from "./flv/enhanced_header.ts";
export type { ColorConfig, ColorInfo, HdrCll, HdrMdcv } from "./flv/color_info.ts";
export type { AudioConfig, VideoConfig } from "./flv/codec/types.ts";
export * from "./flv/codec/audio_config.ts";
export * from "./flv/codec/video_config.ts";

export * from "./channel/channel.ts";
export * from "./channel/feed.ts";
export type { GopCacheLimits } from "./channel/gop_cache.ts";
export { type KeptTag, MediaBudget, type MediaKeeper } from "./channel/media_budget.ts";
export type { Lag } from "./channel/lag.ts";
export type { RateMeter } from "./channel/rate_meter.ts";
export * from "./channel/subscription.ts";
export type { Clock } from "./time/clock.ts";
