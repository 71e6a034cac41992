/**
 * Sequence headers that wait for the first frame of their kind.
 *
 * @module
 */

import type { FlvTag } from "../flv/flv_tag.ts";
import { sizeOf } from "./counted_tag.ts";
import { LatestHeaders } from "./latest_headers.ts";
import type { MediaType } from "./published_media.ts";

/** Bytes of sequence headers that may wait for the first frame of their kind; the oldest go first. */
const MAX_EARLY_BYTES = 1024 * 1024;

/** Keeps the latest header of each key until there is a frame. */
export class EarlyHeaders {
  readonly #headers = new LatestHeaders<FlvTag>({ maxBytes: MAX_EARLY_BYTES, sizeOf });

  /** Keeps a header. */
  keep(key: string, header: FlvTag): void {
    this.#headers.keep(key, header);
  }

  /** Takes the headers of a kind for its first frame, at the time of that. */
  take({ timestamp }: FlvTag, type: MediaType): FlvTag[] {
    const taken: FlvTag[] = [];
    for (const [key, header] of this.#headers.entries()) {
      if (header.type !== type) continue;
      taken.push({ ...header, timestamp });
      this.#headers.forget(key);
    }
    return taken;
  }
}
