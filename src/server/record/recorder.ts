/**
 * Publications written to files.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { FlvTag } from "../../flv/flv_tag.ts";
import type { Publication } from "../../session/publication.ts";
import { begun } from "../begun.ts";
import { safeFileName } from "../../session/stream_name.ts";
import { RecordingFile } from "./recording_file.ts";

/** Files of one name and second before it is given up: `-2` to `-99`. */
const MAX_SUFFIX = 99;

const log = getLogger(["sluice", "recording"]);

/** Writes publications into a directory, each as `<app>/<name>-<time>.flv`. */
export class Recorder {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Makes sure that files can be written into `directory`, which is made if it is not there.
   *
   * @throws {Deno.errors.NotCapable} If a permission is missing.
   * @throws {Error} If the directory cannot be made or written into.
   */
  static async open(directory: string): Promise<Recorder> {
    await Deno.mkdir(directory, { recursive: true });
    const probe = `${directory}/.sluice-${crypto.randomUUID()}`;
    const file = await Deno.open(probe, { write: true, createNew: true });
    file.close();
    await Deno.remove(probe);
    return new Recorder(directory);
  }

  /**
   * Writes all tags to a new file, if there are any. The file is whole up to its last tag at any time, and stays so
   * when the disk is full.
   *
   * @throws {Error} If the file cannot be made or written.
   */
  async record(publication: Publication, tags: ReadableStream<FlvTag>): Promise<void> {
    const { path, id } = publication;
    const whole = await begun(tags);
    if (!whole) return;
    const { file, name } = await this.#create(publication).catch(async (error) => {
      await whole.cancel(error);
      throw error;
    });
    log.info("{path} is recorded to {name}", { path, publication: id, name });
    const recording = new RecordingFile(file);
    try {
      for await (const tag of whole) await recording.write(tag);
    } catch (error) {
      // Why it cannot be finished either would say less.
      await recording.finish().catch(() => {});
      throw error;
    }
    await recording.finish();
    log.info("The recording {name} is complete", { path, publication: id, name });
  }

  async #create({ app, name, since }: Publication): Promise<{ file: Deno.FsFile; name: string }> {
    const directory = [this.#directory, ...app.split("/").map(safeFileName)].join("/");
    await Deno.mkdir(directory, { recursive: true });
    const time = since.toISOString().replace(/[-:]|\.\d+/g, "");
    const base = `${directory}/${safeFileName(name)}-${time}`;
    for (let count = 1; count <= MAX_SUFFIX; count++) {
      const path = count === 1 ? `${base}.flv` : `${base}-${count}.flv`;
      try {
        return { file: await Deno.open(path, { write: true, createNew: true }), name: path };
      } catch (error) {
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      }
    }
    throw new Error(`Cannot record ${base}: all names up to -${MAX_SUFFIX} are taken`);
  }
}
