/**
 * `--output`: a publication as FLV, into a file or to standard output.
 *
 * @module
 */

import { errorMessage } from "../../error_message.ts";
import { getLogger } from "@logtape/logtape";
import { TimestampRebaser } from "../../channel/timestamp_rebaser.ts";
import { flvBody } from "../../channel/flv_body.ts";
import type { LiveStream } from "../streams/stream_registry.ts";
import { type Sink, writeAll } from "./write_all.ts";

const log = getLogger(["sluice", "output"]);

/** Writes the first publication; with `loop`, also later ones, as one long file. */
export class Output {
  /** Resolves when everything has been written; rejects if a write fails. */
  readonly finished: Promise<void>;
  readonly #name: string;
  readonly #sink: Sink;
  readonly #loop: boolean;
  readonly #clock = new TimestampRebaser();
  #finish!: () => void;
  #fail!: (error: Error) => void;
  #busy = false;
  #hasHeader = false;

  /** Makes an output for an open destination; `open` opens one. */
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
   * Writes a publication unless it is already writing another one. It subscribes before it returns.
   * It does not throw.
   *
   * @returns Whether the output is complete. The caller then calls `finish` when the server may end.
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
      filter: (tag, kind) => ({ ...tag, timestamp: this.#clock.rebase(tag.timestamp, kind) }),
    });
    log.info("{path} is written to {name}", facts);
    try {
      await this.#write(flvBody(subscription));
    } catch (error) {
      this.#fail(
        new Error(`Cannot write to ${this.#name}: ${failureReason(error)}`, { cause: error }),
      );
      return false;
    }
    log.info("{path} has been written to {name}", facts);
    if (this.#loop) this.#busy = false;
    return !this.#loop;
  }

  /** Resolves `finished`; then the server shuts down. */
  finish(): void {
    this.#finish();
  }

  /** Writes the header, which is the first chunk of each body, only once, and all tags. */
  async #write(body: ReadableStream<Uint8Array>): Promise<void> {
    let isHeader = true;
    for await (const bytes of body) {
      if (!isHeader || !this.#hasHeader) await writeAll(this.#sink, bytes);
      isHeader = false;
      this.#hasHeader = true;
    }
  }
}

function failureReason(error: unknown): string {
  if (error instanceof Deno.errors.BrokenPipe) return "its reader has gone";
  return errorMessage(error);
}
