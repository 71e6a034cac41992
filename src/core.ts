/**
 * Everything from bytes to channels, by web standards alone: it runs in Deno, Node, Bun, browsers
 * and workers.
 *
 * @module
 */

export * from "./errors.ts";
export * from "./ledger/counts.ts";
export * from "./ledger/received_counts.ts";
export * from "./ledger/consumer_ledger.ts";
export * from "./ledger/publication_ledger.ts";
export { decodeAmf0 } from "./amf/decode_amf0.ts";
export { decodeAmf3 } from "./amf/decode_amf3.ts";
export { encodeAmf0 } from "./amf/encode_amf0.ts";
export { encodeAmf3 } from "./amf/encode_amf3.ts";
export { amfClassName, type EcmaArray, ecmaArray } from "./amf/values.ts";
export type { AmfDecodeOptions } from "./amf/cursor.ts";
export type { RtmpChunk } from "./chunk/chunk.ts";
export type { RtmpChunkDecoderOptions } from "./chunk/chunk_decoder.ts";
export { RtmpChunkDecoderStream } from "./chunk/chunk_decoder_stream.ts";
export * from "./message/message.ts";
export type { RtmpMessageDecoderOptions } from "./message/message_decoder.ts";
export { RtmpMessageDecoderStream } from "./message/message_decoder_stream.ts";
export type { RtmpMessageEncoderOptions } from "./message/message_encoder.ts";
export { RtmpMessageEncoderStream } from "./message/message_encoder_stream.ts";
export * from "./flv/flv_tag.ts";
export * from "./flv/tag_stream.ts";
export * from "./flv/muxer.ts";
export * from "./flv/demuxer.ts";
export * from "./flv/tag_kind.ts";
export * from "./flv/audio_tag.ts";
export * from "./flv/video_tag.ts";
export * from "./flv/script_tag.ts";
export * from "./flv/codec/types.ts";
export { readAudioConfig } from "./flv/codec/audio_config.ts";
export { readVideoConfig } from "./flv/codec/video_config.ts";
