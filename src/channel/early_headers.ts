/**
 * Sequence headers that wait for the first frame of their kind.
 *
 * @module
 */

import type { FlvTag } from "../flv/flv_tag.ts";
import { sizeOf } from "./counted_tag.ts";
import type { MediaType } from "./published_media.ts";

/** Bytes of sequence headers that may wait for the first frame of their kind; the oldest go first. */
const MAX_EARLY_BYTES = 1024 * 1024;

/** Keeps the latest header of each key until there is a frame. */
export class EarlyHeaders {
  readonly #headers = new Map<string, FlvTag>();
  #bytes = 0;

  /** Keeps a header. */
  keep(key: string, header: FlvTag): void {
    this.#forget(key);
    this.#headers.set(key, header);
    this.#bytes += sizeOf(header);
    for (const oldest of this.#headers.keys()) {
      if (this.#bytes <= MAX_EARLY_BYTES) return;
      this.#forget(oldest);
    }
  }

  /** Takes the headers of a kind for its first frame, at the time of that. */
  take({ timestamp }: FlvTag, type: MediaType): FlvTag[] {
    const taken: FlvTag[] = [];
    for (const [key, header] of this.#headers) {
      if (header.type !== type) continue;
      taken.push({ ...header, timestamp });
      this.#forget(key);
    }
    return taken;
  }

  #forget(key: string): void {
    const header = this.#headers.get(key);
    if (!header) return;
    this.#bytes -= sizeOf(header);
    this.#headers.delete(key);
  }
}
