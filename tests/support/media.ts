/**
 * Tags to publish, and the messages that carry them.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import { FlvDemuxer } from "../../src/flv/demuxer.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { MessageType, type RtmpMessage } from "../../src/message/message.ts";
import { filled } from "./bytes.ts";

/** What encoders put before metadata, so that the server keeps it for those who come later. */
const SET_DATA_FRAME = encodeAmf0("@setDataFrame");

/** The message that carries a tag, on message stream 1 unless told otherwise. */
export function mediaMessage(tag: FlvTag, messageStreamId = 1): RtmpMessage {
  const { type, timestamp } = tag;
  const isScript = type === "script";
  return {
    chunkStreamId: { audio: 4, video: 6, script: 5 }[type],
    messageStreamId,
    typeId: { audio: MessageType.Audio, video: MessageType.Video, script: MessageType.DataAmf0 }[
      type
    ],
    timestamp: timestamp % 2 ** 32,
    payload: isScript ? concat([SET_DATA_FRAME, tag.data]) : tag.data,
  };
}

/** Metadata, and then video frames of `size` bytes at 25 fps, the first a keyframe. */
export function videoTags(frames: number, size = 300): FlvTag[] {
  const metadata = encodeAmf0("onMetaData", { encoder: "test" });
  return [
    { type: "script", timestamp: 0, data: metadata },
    ...Array.from({ length: frames }, (_, i) => videoTag(i, size)),
  ];
}

/** One frame of H.264, as far as its header goes: a keyframe for every 25th `index`. */
export function videoTag(index: number, size = 300): FlvTag {
  const data = filled(size, index);
  data.set([index % 25 === 0 ? 0x17 : 0x27, 1, 0, 0, 0]);
  return { type: "video", timestamp: index * 40, data };
}

/** The tags of an FLV file that is whole. */
export function tagsOf(bytes: Uint8Array): FlvTag[] {
  const demuxer = new FlvDemuxer();
  const tags: FlvTag[] = [];
  demuxer.decode(bytes, (tag) => tags.push(tag));
  if (demuxer.incompleteBytes > 0) {
    throw new Error(`The file ends with ${demuxer.incompleteBytes} bytes of an unfinished tag`);
  }
  return tags;
}

/** Audio and video: a recording has metadata of its own beside them. */
export function mediaOf(tags: FlvTag[]): FlvTag[] {
  return tags.filter(({ type }) => type !== "script");
}

/** The clip that is kept with the tests: 60 video and 88 audio frames. */
export async function fixtureTags(): Promise<FlvTag[]> {
  return tagsOf(await Deno.readFile(new URL("../fixtures/clip60.flv", import.meta.url)));
}

/** A mebibyte of a keyframe. */
export const LARGE: Uint8Array<ArrayBuffer> = filled(2 ** 20);
LARGE.set([0x17, 1, 0, 0, 0]);

/** A frame of which a few fill every buffer; all of them share their data. */
export function largeTag(index: number): FlvTag {
  return { type: "video", timestamp: index * 40, data: LARGE };
}
