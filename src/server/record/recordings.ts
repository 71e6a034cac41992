/**
 * The running recordings of a server.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Publication } from "../../publication/publication.ts";
import type { LiveStream } from "../streams/stream_registry.ts";
import { errorMessage } from "../../error_message.ts";
import type { Recorder } from "./recorder.ts";
import { Recording } from "./recording.ts";

/** A recording that could not be written to its end. */
export interface RecordingFailure {
  /** The path of the stream. */
  stream: string;
  /** The file within the directory of recordings; `null` if it could not be made. */
  file: string | null;
  /** When. */
  time: string;
  /** Why. */
  error: string;
}

const log = getLogger(["sluice", "recording"]);

/** Begins, lists and ends recordings; one that fails does not disturb the others. */
export class Recordings {
  /** The number of failed recordings. */
  failed = 0;
  /** The latest failure. */
  lastFailure: RecordingFailure | undefined;
  readonly #recorder: Recorder;
  /** Running recordings, with a promise that resolves when the file is complete or has failed. */
  readonly #running = new Map<Recording, Promise<void>>();

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** The running recordings that have a file, in the order in which they began. */
  get list(): Recording[] {
    return [...this.#running.keys()].filter(({ fileName }) => fileName !== undefined);
  }

  /** The recording of a publication, if there is one. */
  find(publication: Publication): Recording | undefined {
    return [...this.#running.keys()].find((recording) => recording.publication === publication);
  }

  /** Records a publication from its first tag. Without a tag there is no file. */
  begin(stream: LiveStream): void {
    const recording = new Recording(this.#recorder, stream);
    this.#run(recording, () => recording.run());
  }

  /**
   * Records a live stream from its last keyframe.
   *
   * @throws {Error} If its file cannot be made; later failures are logged and counted only.
   */
  async start(stream: LiveStream): Promise<Recording> {
    const recording = new Recording(this.#recorder, stream);
    const opened = recording.open();
    this.#run(recording, () => opened.then(() => recording.run()));
    await opened.catch((error) => {
      throw new Error(this.#withoutDirectory(errorMessage(error)), { cause: error });
    });
    return recording;
  }

  /** Ends a recording and waits for its file; returns whether there was one with this id. */
  async stop(id: string): Promise<boolean> {
    const recording = this.list.find((recording) => recording.id === id);
    if (!recording) return false;
    recording.stop();
    await this.#running.get(recording);
    return true;
  }

  /** Resolves when all recordings of a publication are complete. */
  async finished(publication: Publication): Promise<void> {
    const own = [...this.#running].filter(([recording]) => recording.publication === publication);
    await Promise.all(own.map(([, done]) => done));
  }

  /** Resolves when all recordings are complete; then no more may begin. */
  async close(): Promise<void> {
    await Promise.all(this.#running.values());
    await this.#recorder.close();
  }

  #run(recording: Recording, run: () => Promise<void>): void {
    const done = run()
      .catch((error) => this.#fail(recording, error))
      .finally(() => this.#running.delete(recording));
    this.#running.set(recording, done);
  }

  #fail({ publication, fileName }: Recording, error: unknown): void {
    const { path, id, connection } = publication;
    this.failed++;
    this.lastFailure = {
      stream: path,
      file: fileName ?? null,
      time: new Date().toISOString(),
      error: this.#withoutDirectory(errorMessage(error)),
    };
    log.error("The recording of {path} has failed: {error}", {
      path,
      publication: id,
      connection,
      error: errorMessage(error),
    });
  }

  /** Removes the directory from a text: HTTP clients must not see it. */
  #withoutDirectory(text: string): string {
    return text.replaceAll(`${this.#recorder.directory}/`, "");
  }
}
