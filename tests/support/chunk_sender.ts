/**
 * A sender that does everything the specification lets it do, step by step as it is told: several
 * chunk streams at once, every header type, Set Chunk Size and Abort in between.
 *
 * @module
 */

import type { RtmpMessage } from "../../src/message/message.ts";
import { bigEndian, chunkBytes } from "./chunk_bytes.ts";
import { filled } from "./bytes.ts";

/** What a sender writes as extended timestamp in type 3: senders in the field do all of these. */
export type ExtendedHabit = "field" | "time" | "time before" | "zeros" | "nothing";

/** What a sender is told to do next. */
export type Step =
  | { kind: "chunk"; lane: number; chunk: ChunkStep }
  | { kind: "set chunk size"; size: number }
  | { kind: "abort"; lane: number };

/** What the next chunk looks like, as far as the state of its chunk stream leaves it open. */
export interface ChunkStep {
  format: 0 | 1 | 2 | 3;
  /** The absolute time, or the delta. */
  time: number;
  /** Sends a time in 32 bits that would have done with 24. */
  longTime: boolean;
  /** Writes an id from 64 to 319 in three bytes. */
  longId: boolean;
  length: number;
  typeId: number;
  messageStreamId: number;
}

/** One chunk stream, with what its last header said and what is left to send of its message. */
interface Lane {
  chunkStreamId: number;
  habit: ExtendedHabit;
  used: boolean;
  messageStreamId: number;
  typeId: number;
  length: number;
  timestamp: number;
  delta: number;
  extended: number | undefined;
  message: RtmpMessage | undefined;
  sent: number;
}

/** Writes chunks as it is told and keeps what a receiver has to make of them. */
export class ChunkSender {
  readonly bytes: number[] = [];
  readonly messages: RtmpMessage[] = [];
  chunks = 0;
  aborted = 0;
  readonly #lanes: Lane[];
  #chunkSize: number;
  #seed = 0;

  constructor(lanes: { chunkStreamId: number; habit: ExtendedHabit }[], chunkSize = 128) {
    const fresh = { used: false, messageStreamId: 0, typeId: 0, length: 0, timestamp: 0, delta: 0 };
    this.#lanes = lanes.map((lane) => (
      { ...lane, ...fresh, extended: undefined, message: undefined, sent: 0 }
    ));
    this.#chunkSize = chunkSize;
  }

  /** How many messages are unfinished. */
  get unfinished(): number {
    return this.#lanes.filter((lane) => lane.message).length;
  }

  run(step: Step): void {
    if (step.kind === "set chunk size") {
      this.#control(1, step.size);
      this.#chunkSize = step.size;
    } else if (step.kind === "abort") {
      const lane = this.#lane(step.lane);
      this.#control(2, lane.chunkStreamId);
      if (lane.message) this.aborted++;
      lane.message = undefined;
    } else {
      const lane = this.#lane(step.lane);
      if (lane.message) this.#continue(lane, step.chunk);
      else this.#begin(lane, step.chunk);
    }
  }

  /** Sends what is left of every message. */
  finish(): void {
    for (const lane of this.#lanes) {
      while (lane.message) this.#chunk(lane, { format: 3 });
    }
  }

  #lane(index: number): Lane {
    return this.#lanes[index % this.#lanes.length]!;
  }

  #begin(lane: Lane, step: ChunkStep): void {
    const { habit } = lane;
    let { format, time } = step;
    if (!lane.used) format = format % 2 as 0 | 1;
    if (habit === "nothing") {
      // No peer can read an empty message of type 3 from a sender that leaves the time out, nor a
      // payload that looks like a time: ours begin with a byte that no time begins with.
      time %= 0x80000000;
      if (format === 3 && lane.length === 0) format = 0;
    }
    lane.used = true;
    const before = lane.timestamp;
    if (format === 0) lane.messageStreamId = step.messageStreamId;
    if (format < 2) {
      lane.typeId = step.typeId;
      lane.length = step.length;
    }
    if (format < 3) lane.delta = format === 0 ? 0 : time;
    lane.timestamp = format === 0 ? time : (before + lane.delta) % 2 ** 32;
    const { chunkStreamId, messageStreamId, typeId, timestamp } = lane;
    const payload = filled(lane.length, this.#seed++);
    lane.message = { chunkStreamId, messageStreamId, typeId, timestamp, payload };
    lane.sent = 0;
    this.#chunk(lane, { ...step, format, time }, before);
  }

  /** Type 1 and 2 may stand for type 3 inside a message; what time they say then is no matter. */
  #continue(lane: Lane, step: ChunkStep): void {
    const format = step.format === 0 ? 3 : step.format;
    const time = lane.habit === "nothing" ? step.time % 0x80000000 : step.time;
    this.#chunk(lane, { ...step, format, time });
  }

  #chunk(
    lane: Lane,
    step: Partial<ChunkStep> & { format: 0 | 1 | 2 | 3 },
    before = lane.timestamp,
  ): void {
    const { chunkStreamId, length, typeId, messageStreamId, message } = lane;
    const { format, time = 0 } = step;
    if (format < 3) lane.extended = time >= 0xffffff || step.longTime ? time : undefined;
    const payload = message!.payload.subarray(lane.sent, lane.sent + this.#chunkSize);
    const longId = step.longId && chunkStreamId > 63;
    this.bytes.push(...chunkBytes({
      format,
      chunkStreamId,
      ...longId ? { basicHeaderSize: 3 } : {},
      time,
      length,
      typeId,
      messageStreamId,
      extended: format < 3 ? lane.extended : inType3(lane, before),
      payload,
    }));
    this.chunks++;
    lane.sent += payload.length;
    if (lane.sent < length) return;
    this.messages.push(message!);
    lane.message = undefined;
  }

  #control(typeId: number, value: number): void {
    const payload = Uint8Array.from(bigEndian(value, 4));
    for (let at = 0; at < 4; at += this.#chunkSize) {
      const part = payload.subarray(at, at + this.#chunkSize);
      const format = at === 0 ? 0 : 3;
      this.bytes.push(
        ...chunkBytes({ format, chunkStreamId: 2, length: 4, typeId, payload: part }),
      );
      this.chunks++;
    }
    this.messages.push({ chunkStreamId: 2, messageStreamId: 0, typeId, timestamp: 0, payload });
  }
}

function inType3({ habit, extended, timestamp }: Lane, before: number): number | undefined {
  if (extended === undefined || habit === "nothing") return undefined;
  return { field: extended, time: timestamp, "time before": before, zeros: 0 }[habit];
}
