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

/** Looks at the audio and video that a publication begins with, one tag after the other. */
export type Inspection = (tag: Pick<FlvTag, "type" | "data">) => Verdict;

/** Messages that are held at most until there is a verdict: encoders send a few before their frames. */
const MAX_HELD_MESSAGES = 64;

/** The same in bytes of payload, beside the message that passes it. */
const MAX_HELD_BYTES = 1024 * 1024;

/** Holds what a publisher sends until its inspection has come to a verdict. */
export class Trial {
  /** What has been held, in order. */
  readonly held: RtmpMessage[] = [];
  readonly #inspect: Inspection;
  #bytes = 0;

  constructor(inspect: Inspection) {
    this.#inspect = inspect;
  }

  /** Holds a message and inspects it. A publication that keeps it waiting for too long may begin. */
  take(message: RtmpMessage): Verdict {
    const isFull = this.held.length >= MAX_HELD_MESSAGES || this.#bytes > MAX_HELD_BYTES;
    this.held.push(message);
    this.#bytes += message.payload.length;
    return this.#look(message) ?? (isFull ? true : undefined);
  }

  #look(message: RtmpMessage): Verdict {
    switch (message.typeId) {
      case MessageType.Audio:
        return this.#inspect({ type: "audio", data: message.payload });
      case MessageType.Video:
        return this.#inspect({ type: "video", data: message.payload });
      case MessageType.Aggregate:
        for (const part of splitAggregate(message)) {
          const verdict = this.#look(part);
          if (verdict !== undefined) return verdict;
        }
    }
    return undefined;
  }
}
