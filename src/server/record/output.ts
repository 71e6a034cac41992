/**
 * `--output`: a publication as FLV, into a file or to standard output.
 *
 * @module
 */

import { errorMessage } from "../../error_message.ts";
import { getLogger } from "@logtape/logtape";
import { ContinuedClock } from "../../channel/continued_clock.ts";
import { mediaKind } from "../../flv/tag_kind.ts";
import { flvBody } from "../../channel/flv_body.ts";
import type { LiveStream } from "../streams/stream_registry.ts";
import { type Sink, writeAll } from "./write_all.ts";

const log = getLogger(["sluice", "output"]);

/** Writes the first publication that comes; with `loop`, also those after it, as one long file. */
export class Output {
  /** Resolves when everything has been written; rejects when it cannot be. */
  readonly finished: Promise<void>;
  readonly #name: string;
  readonly #sink: Sink;
  readonly #loop: boolean;
  readonly #clock = new ContinuedClock();
  #finish!: () => void;
  #fail!: (error: Error) => void;
  #busy = false;
  #hasHeader = false;

  /** Writes to something that is open; `open` opens it. */
  constructor(name: string, sink: Sink, loop: boolean) {
    this.#name = name;
    this.#sink = sink;
    this.#loop = loop;
    this.finished = new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
    // The caller need not handle it.
    this.finished.catch(() => {});
  }

  /**
   * Opens a file, or standard output if the target is `-`.
   *
   * @throws {Deno.errors.NotCapable} If a permission is missing.
   * @throws {Error} If the file cannot be written.
   */
  static async open(target: string, loop: boolean): Promise<Output> {
    if (target === "-") return new Output("standard output", Deno.stdout, loop);
    const file = await Deno.open(target, { write: true, create: true, truncate: true });
    return new Output(target, file, loop);
  }

  /**
   * Writes this publication, unless another one has come before it; that is begun before it returns.
   * It does not throw.
   *
   * @returns Whether the output is complete: `finish` is to be called when the server may end.
   */
  async write({ publication, feed }: LiveStream): Promise<boolean> {
    const facts = { path: publication.path, publication: publication.id, name: this.#name };
    if (this.#busy) {
      log.warn("{path} is not written to {name}: another stream has come before it", facts);
      return false;
    }
    this.#busy = true;
    this.#clock.restart();
    const subscription = feed.subscribe({
      kind: "output",
      mode: "lossless",
      shared: true,
      filter: (tag) => {
        const timestamp = this.#clock.time(tag.timestamp, mediaKind(tag.type, tag.data));
        return { ...tag, timestamp };
      },
    });
    log.info("{path} is written to {name}", facts);
    try {
      await this.#write(flvBody(subscription));
    } catch (error) {
      this.#fail(new Error(`Cannot write to ${this.#name}: ${why(error)}`, { cause: error }));
      return false;
    }
    log.info("{path} has been written to {name}", facts);
    if (this.#loop) this.#busy = false;
    return !this.#loop;
  }

  /** Resolves `finished`, with which the server ends. */
  finish(): void {
    this.#finish();
  }

  /** Writes header and tags; of the header, which comes by itself, only the first. */
  async #write(body: ReadableStream<Uint8Array>): Promise<void> {
    let isHeader = true;
    for await (const bytes of body) {
      if (!isHeader || !this.#hasHeader) await writeAll(this.#sink, bytes);
      isHeader = false;
      this.#hasHeader = true;
    }
  }
}

function why(error: unknown): string {
  if (error instanceof Deno.errors.BrokenPipe) return "its reader has gone";
  return errorMessage(error);
}
