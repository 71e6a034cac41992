export * from "./src/errors.ts";
export { RtmpChunkDecoderStream } from "./src/chunk/chunk_decoder_stream.ts";
export { RtmpMessageDecoderStream } from "./src/message/message_decoder_stream.ts";
export { RtmpMessageEncoderStream } from "./src/message/message_encoder_stream.ts";
export * from "./src/message/message.ts";
