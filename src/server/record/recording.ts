/**
 * One recording: a lossless consumer of a publication, and the file that it writes.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { ClassifiedTag } from "../../channel/counted_tag.ts";
import { countedTags } from "../../channel/counted_tags.ts";
import { errorMessage } from "../../error_message.ts";
import type { ConsumerLedger } from "../../ledger/consumer_ledger.ts";
import { total } from "../../ledger/media_sums.ts";
import { SourceStream } from "../../pipeline/source_stream.ts";
import type { Publication } from "../../publication/publication.ts";
import { TIME_SLICE } from "../../time/time_slice.ts";
import type { LiveStream } from "../streams/stream_registry.ts";
import type { NewFile, Recorder } from "./recorder.ts";
import { DiskWatch } from "./disk_watch.ts";
import { RecordingFile } from "./recording_file.ts";

const log = getLogger(["sluice", "recording"]);

/** Writes the tags of a publication, from its latest keyframe, until either ends. */
export class Recording {
  /** The recorded publication. */
  readonly publication: Publication;
  /** When it began. */
  readonly since: Date = new Date();
  readonly #recorder: Recorder;
  readonly #tags: ReadableStreamDefaultReader<ClassifiedTag>;
  readonly #ledger: ConsumerLedger;
  readonly #disk = new DiskWatch();
  #file: RecordingFile | undefined;
  #name: string | undefined;
  /** The number of tags to read before it ends, after `stop`. */
  #remaining = Infinity;

  /** Subscribes to the publication. It makes no file yet. */
  constructor(recorder: Recorder, { publication, feed }: LiveStream) {
    const options = { kind: "recording", mode: "lossless", shared: true } as const;
    const subscription = feed.subscribe(options);
    this.publication = publication;
    this.#recorder = recorder;
    this.#tags = new SourceStream(countedTags(subscription)).getReader();
    this.#ledger = subscription.ledger;
  }

  /** The unique id: that of the consumer in the ledger of the publication. */
  get id(): string {
    return this.#ledger.id;
  }

  /** The name of its file within the directory of recordings, if there is one. */
  get fileName(): string | undefined {
    return this.#name;
  }

  /**
   * Makes the file now. Without this call it is made for the first tag.
   *
   * @throws {Error} If it cannot be made.
   */
  async open(): Promise<void> {
    if (this.#file) return;
    const creating = this.#recorder.create(this.publication, this.since);
    try {
      const { file, name } = await Promise.race([this.#disk.step(creating), this.#disk.stuck]);
      this.#name = name;
      this.#file = new RecordingFile(file, this.#recorder.isReadable);
    } catch (error) {
      this.#disk.end();
      if (this.#disk.isStuck) void this.#discardLate(creating);
      // A consumer that does not read holds the publisher back.
      await this.#tags.cancel(error);
      throw error;
    }
    log.info("{path} is recorded to {name}", this.#facts);
  }

  /**
   * Writes all tags. The file is valid up to its last tag at any time, even when the disk is full.
   *
   * @throws {Error} If the file cannot be made or written, or the disk does not answer in time.
   */
  async run(): Promise<void> {
    const writing = this.#write();
    try {
      await Promise.race([writing, this.#disk.stuck]);
    } catch (error) {
      await this.#tags.cancel(error);
      // A disk that does not answer is not waited for. It may answer later.
      if (this.#disk.isStuck) void this.#giveUpLate(writing);
      else await this.#giveUp();
      throw error;
    } finally {
      this.#disk.end();
    }
    if (this.#file) log.info("The recording {name} is complete", this.#facts);
  }

  async #write(): Promise<void> {
    const disk = this.#disk;
    let tag = await this.#next();
    if (!tag && !this.#file) return;
    await this.open();
    // The file may begin with metadata that has to be encoded again: the work of a thousand frames.
    await TIME_SLICE.yieldIfSpent(Infinity);
    for (; tag; tag = await this.#next()) await disk.step(this.#file!.write(tag));
    await disk.step(this.#file!.finish());
    await disk.step(this.#recorder.complete(this.#name!));
    if (disk.isStuck) log.info("The disk has answered: {name} holds what came before", this.#facts);
  }

  /** Ends the recording after the tags that have already been received. */
  stop(): void {
    if (this.#remaining !== Infinity) return;
    this.#remaining = total(this.#ledger.inFlight);
    if (this.#remaining === 0) this.#cancelTags();
  }

  /** The recording as the API shows it. */
  toJSON(): Record<string, unknown> {
    const { bytes = 0, duration = 0, videoFrames = 0, audioFrames = 0 } = this.#file ?? {};
    return {
      id: this.id,
      stream: this.publication.path,
      publication: this.publication.id,
      file: this.#name ?? null,
      since: this.since.toISOString(),
      bytes,
      duration,
      videoFrames,
      audioFrames,
    };
  }

  /** Completes the file if possible. Errors are ignored, since the first error is reported. */
  async #giveUp(): Promise<void> {
    if (!this.#file || this.#name === undefined) return;
    await this.#file.finish().catch(() => {});
    const end = this.#file.bytes === 0
      ? this.#recorder.discard(this.#name)
      : this.#recorder.complete(this.#name);
    await end.catch(() => {});
  }

  /** Completes the file if the disk answers after the timeout and then fails. */
  async #giveUpLate(writing: Promise<void>): Promise<void> {
    try {
      await writing;
    } catch (error) {
      // Without a file this is the error of the timeout, which has been reported.
      if (this.#file) this.#warnLate(error);
      await this.#giveUp();
    }
  }

  /** Removes the file if the disk creates it after the timeout. */
  async #discardLate(creating: Promise<NewFile>): Promise<void> {
    try {
      const { file, name } = await creating;
      file.close();
      await this.#recorder.discard(name);
    } catch (error) {
      this.#warnLate(error);
    }
  }

  #warnLate(error: unknown): void {
    log.warn("The disk has answered, and the recording of {path} fails again: {error}", {
      ...this.#facts,
      error: errorMessage(error),
    });
  }

  get #facts(): Record<string, unknown> {
    const { path, id, connection } = this.publication;
    const name = this.#name === undefined ? undefined : `${this.#recorder.directory}/${this.#name}`;
    return { path, publication: id, connection, name };
  }

  async #next(): Promise<ClassifiedTag | undefined> {
    const { value } = await this.#tags.read();
    if (value && --this.#remaining === 0) this.#cancelTags();
    return value;
  }

  #cancelTags(): void {
    void this.#tags.cancel();
  }
}
