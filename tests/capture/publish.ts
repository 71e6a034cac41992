/**
 * Publishers: FFmpeg where there is one, else Sluice's own client.
 *
 * @module
 */

import { publishRtmp } from "../../src/client/publish.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { publishClip } from "../support/ffmpeg.ts";
import { PATIENCE } from "../support/wait.ts";
import type { Clip } from "./clip.ts";

/** Publishes a clip, at its own pace or as fast as the server takes it. */
export async function publish(clip: Clip, url: string, realTime: boolean): Promise<void> {
  if (clip.file !== undefined) {
    const duration = clip.tags.at(-1)!.timestamp;
    return await publishClip(clip.file, url, realTime ? "-re" : "", duration + PATIENCE);
  }
  const publisher = await publishRtmp(url);
  const tags = ReadableStream.from(realTime ? paced(clip.tags) : clip.tags);
  await tags.pipeTo(publisher.writable);
  await publisher.closed;
}

/** Gives each tag when its time has come. */
async function* paced(tags: FlvTag[]): AsyncGenerator<FlvTag> {
  const begin = performance.now();
  for (const tag of tags) {
    const wait = begin + tag.timestamp - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    yield tag;
  }
}
