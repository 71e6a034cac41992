/**
 * The directory that recordings are written into.
 *
 * @module
 */

import { safeFileName } from "../../session/stream_name.ts";

/** Files of one name and second before it is given up: `-2` to `-99`. */
const MAX_SUFFIX = 99;

/** A file that is new and empty. */
export interface NewFile {
  file: Deno.FsFile;
  /** Where it is in the directory of recordings, as `live/demo-20260102T030405Z.flv`. */
  name: string;
}

/** Makes files in a directory, each as `<app>/<name>-<time>.flv`. */
export class Recorder {
  /** The directory, as the command line has it. */
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
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
   * Makes the file for a stream.
   *
   * @param since When it begins.
   * @throws {Error} If it cannot be made.
   */
  async create({ app, name }: { app: string; name: string }, since: Date): Promise<NewFile> {
    const parts = app.split("/").map(safeFileName);
    await Deno.mkdir([this.directory, ...parts].join("/"), { recursive: true });
    const time = since.toISOString().replace(/[-:]|\.\d+/g, "");
    const base = [...parts, `${safeFileName(name)}-${time}`].join("/");
    for (let count = 1; count <= MAX_SUFFIX; count++) {
      const name = count === 1 ? `${base}.flv` : `${base}-${count}.flv`;
      try {
        const file = await Deno.open(`${this.directory}/${name}`, { write: true, createNew: true });
        return { file, name };
      } catch (error) {
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      }
    }
    throw new Error(`Cannot record ${base}: all names up to -${MAX_SUFFIX} are taken`);
  }
}
