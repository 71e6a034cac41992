/**
 * A publication whose first frames are inspected before it takes its name.
 *
 * @module
 */

import { splitAggregate } from "../../flv/aggregate.ts";
import type { FlvTag } from "../../flv/flv_tag.ts";
import { MessageType, type RtmpMessage } from "../../message/message.ts";
import type { Refusal } from "../../publication/refusal.ts";

/** What is found out about a publication: it may claim its name, it is refused, or not yet anything. */
export type Verdict = true | Refusal | undefined;

/** What an inspection sees of a tag. */
export type InspectedTag = Pick<FlvTag, "type" | "data">;

/** Looks at the audio and video that a publication begins with, one tag after the other. */
export type Inspection = (tag: InspectedTag) => Verdict;

/** Messages that are held at most until there is a verdict: encoders send a few before their frames. */
const MAX_HELD_MESSAGES = 64;

/** The same in bytes of payload, beside the message that passes it. */
const MAX_HELD_BYTES = 1024 * 1024;

/** Holds what a publisher sends until its inspection has come to a verdict. */
export class Trial<T> {
  /** What has been held, in order. */
  readonly held: T[] = [];
  readonly #inspect: Inspection;
  #bytes = 0;

  constructor(inspect: Inspection) {
    this.#inspect = inspect;
  }

  /**
   * Holds an item and inspects its media. A publication that keeps the inspection waiting for too long
   * may begin.
   *
   * @param bytes How many it has.
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
