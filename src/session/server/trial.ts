/**
 * A trial of a publication: its first frames are inspected before it gets its name.
 *
 * @module
 */

import { splitAggregate } from "../../flv/aggregate.ts";
import type { FlvTag } from "../../flv/flv_tag.ts";
import { MessageType, type RtmpMessage } from "../../message/message.ts";
import type { Refusal } from "../../publication/refusal.ts";

/**
 * The result of an inspection: `true` to claim the name, a refusal, or `undefined` for no result
 * yet.
 */
export type Verdict = true | Refusal | undefined;

/** The parts of a tag that an inspection gets. */
export type InspectedTag = Pick<FlvTag, "type" | "data">;

/** Inspects the first audio and video of a publication, tag by tag. */
export type Inspection = (tag: InspectedTag) => Verdict;

/** The most messages held until a verdict: encoders send a few before their frames. */
const MAX_HELD_MESSAGES = 64;

/** The most payload held until a verdict, in bytes, without the message that exceeds it. */
const MAX_HELD_BYTES = 1024 * 1024;

/** Holds the items of a publisher until the inspection of its media has a verdict. */
export class Trial<T> {
  /** The held items, in order. */
  readonly held: T[] = [];
  readonly #inspect: Inspection;
  #bytes = 0;

  constructor(inspect: Inspection) {
    this.#inspect = inspect;
  }

  /**
   * Holds an item and inspects its media. When the limit is exceeded, the verdict is `true`.
   *
   * @param bytes Its size.
   */
  take(item: T, bytes: number, media: Iterable<InspectedTag>): Verdict {
    const isFull = this.held.length >= MAX_HELD_MESSAGES || this.#bytes > MAX_HELD_BYTES;
    this.held.push(item);
    this.#bytes += bytes;
    for (const tag of media) {
      const verdict = this.#inspect(tag);
      if (verdict !== undefined) return verdict;
    }
    return isFull ? true : undefined;
  }
}

/** The audio and video in a message. */
export function* mediaOf(message: RtmpMessage): Generator<InspectedTag> {
  const { typeId, payload } = message;
  if (typeId === MessageType.Audio) yield { type: "audio", data: payload };
  else if (typeId === MessageType.Video) yield { type: "video", data: payload };
  else if (typeId === MessageType.Aggregate) {
    for (const part of splitAggregate(message)) yield* mediaOf(part);
  }
}
