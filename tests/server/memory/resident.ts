/**
 * How much memory a server process has from the system while peers do their worst, beside an honest
 * publisher and its viewer.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { FlvTag } from "../../../src/flv/flv_tag.ts";
import { FlvReader } from "../../support/http.ts";
import { videoTag } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { ServerProcess } from "../../support/server.ts";
import { until } from "../../support/wait.ts";

/** 1024 * 1024 bytes. */
export const MEBIBYTE = 1024 * 1024;

/** Interval between two looks at the memory, and between two honest frames, in milliseconds. */
const LOOK_INTERVAL = 20;
const FRAME_INTERVAL = 40;

/** Bytes in a frame of the honest publisher. */
const FRAME_SIZE = 5_000;

/** What is done to a server, and what it may take. */
export interface MemoryTest {
  /** Flags of the server. */
  args?: string[];
  /** Mebibytes that it may have beyond what it had when nothing was done to it yet. */
  mebibytes: number;
  /**
   * Does the worst, and resolves when the server has taken all of it that it takes. What it puts on the
   * stack is closed in the end.
   */
  attack: (server: ServerProcess, peers: DisposableStack) => Promise<void>;
}

/** Registers a test; where the system does not tell how much memory a process has, it is ignored. */
export function testMemory(name: string, { args, mebibytes, attack }: MemoryTest): void {
  Deno.test({ name, ignore: Deno.build.os !== "linux", fn: run });

  async function run(): Promise<void> {
    await using server = await ServerProcess.start(args ? { args } : {});
    await using honest = await HonestStream.begin(server);
    const before = resident(server);
    let most = 0;
    const timer = setInterval(() => most = Math.max(most, resident(server)), LOOK_INTERVAL);
    try {
      using peers = new DisposableStack();
      await attack(server, peers);
      await honest.goOn();
    } finally {
      clearInterval(timer);
    }
    const taken = Math.round((most - before) / MEBIBYTE);
    assert(taken <= mebibytes, `${taken} MiB were taken, expected at most ${mebibytes}`);
    await honest.end();
  }
}

/** Bytes of memory that a process has in RAM. */
function resident({ pid }: ServerProcess): number {
  const [, kibibytes] = /VmRSS:\s*(\d+) kB/.exec(Deno.readTextFileSync(`/proc/${pid}/status`))!;
  return Number(kibibytes) * 1024;
}

/** A publisher at live pace, and one who watches over HTTP: every frame has to arrive. */
class HonestStream implements AsyncDisposable {
  readonly #publisher: RawClient;
  readonly #stop = new AbortController();
  #reader!: FlvReader;
  readonly #sent: FlvTag[] = [];
  readonly #timer: ReturnType<typeof setInterval>;

  private constructor(publisher: RawClient) {
    this.#publisher = publisher;
    this.#timer = setInterval(() => this.#send(), FRAME_INTERVAL);
  }

  /** Resolves when frames arrive. */
  static async begin(server: ServerProcess): Promise<HonestStream> {
    const stream = new HonestStream(await RawClient.publish(server.port, "honest"));
    const { signal } = stream.#stop;
    const { body } = await fetch(`${server.http}/live/honest.flv?wait=60`, { signal });
    stream.#reader = new FlvReader(body!);
    stream.#reader.done.catch(() => {});
    await stream.goOn();
    return stream;
  }

  /** Waits until ten more frames have arrived. */
  async goOn(): Promise<void> {
    const { length } = this.#frames;
    await until("ten more honest frames", () => this.#frames.length >= length + 10);
  }

  /** Sends no more; all that was sent since the viewer came must have arrived. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    const last = this.#sent.at(-1)!.timestamp;
    await until("the last honest frame", () => this.#frames.at(-1)!.timestamp === last);
    const sent = this.#sent.slice(-this.#frames.length);
    assertEquals(this.#frames.map(({ data }) => data), sent.map(({ data }) => data));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#publisher[Symbol.dispose]();
    this.#stop.abort();
    await this.#reader.done.catch(() => {});
  }

  get #frames(): FlvTag[] {
    return this.#reader.tags.filter(({ type }) => type === "video");
  }

  #send(): void {
    const tag = videoTag(this.#sent.length, FRAME_SIZE);
    this.#sent.push(tag);
    this.#publisher.sendTags([tag]);
  }
}
