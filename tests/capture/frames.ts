/**
 * Counting frames where FLV comes out.
 *
 * @module
 */

import { FlvDemuxerStream } from "../../src/flv/demuxer.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { mediaKind } from "../../src/flv/tag_kind.ts";
import type { MediaCounts } from "../../src/ledger/counts.ts";

/** Coded frames; headers and metadata are none. */
export interface Frames {
  video: number;
  audio: number;
}

/** The frames among tags. */
export async function countFrames(
  tags: Iterable<FlvTag> | AsyncIterable<FlvTag>,
): Promise<Frames> {
  const frames = { video: 0, audio: 0 };
  for await (const { type, data } of tags) {
    const kind = mediaKind(type, data);
    if (kind === "videoFrames") frames.video++;
    if (kind === "audioFrames") frames.audio++;
  }
  return frames;
}

/** The frames in the bytes of an FLV file. */
export function framesInFlv(bytes: ReadableStream<Uint8Array>): Promise<Frames> {
  return countFrames(bytes.pipeThrough(new FlvDemuxerStream()));
}

/** The frames in the counts of a ledger. */
export function framesOf({ videoFrames, audioFrames }: MediaCounts): Frames {
  return { video: videoFrames, audio: audioFrames };
}

/** All frames of several publications. */
export function sumFrames(all: Frames[]): Frames {
  return {
    video: all.reduce((sum, { video }) => sum + video, 0),
    audio: all.reduce((sum, { audio }) => sum + audio, 0),
  };
}
