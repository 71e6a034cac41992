/**
 * The directory of recordings.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { errorMessage } from "../../error_message.ts";
import { safeFileName, safePathName } from "../../publication/file_name.ts";
import { FileNumbers } from "./file_numbers.ts";
import { Journal } from "./journal.ts";
import { repairRecordings } from "./repair.ts";

/** The most names that are tried for a file: other programs may have taken some. */
const MAX_TRIES = 99;

/** The most nested directories for an app; further segments share the last directory. */
const MAX_DEPTH = 8;

const log = getLogger(["sluice", "recording"]);

/** A new, empty file. */
export interface NewFile {
  file: Deno.FsFile;
  /** Its name within the directory of recordings, as `live/demo-20260102T030405Z.flv`. */
  name: string;
}

/** Makes files `<app>/<name>-<time>.flv` in a directory, without a folder if there is no app. */
export class Recorder {
  /** The directory, as on the command line. */
  readonly directory: string;
  /** Whether Deno permits to read files in it. */
  readonly isReadable: boolean;
  readonly #journal: Journal;
  readonly #numbers = new FileNumbers();
  /** Resolves when the unfinished recordings of earlier servers are complete. */
  readonly #repaired: Promise<void>;

  private constructor(directory: string, journal: Journal) {
    this.directory = directory;
    this.#journal = journal;
    const { state } = Deno.permissions.querySync({ name: "read", path: directory });
    this.isReadable = state === "granted";
    this.#repaired = this.isReadable ? repair(directory) : Promise.resolve();
  }

  /**
   * Opens a directory for recordings, and creates it if it does not exist.
   *
   * @throws {Deno.errors.NotCapable} If a permission is missing.
   * @throws {Error} If the directory cannot be made or written into.
   */
  static async open(directory: string): Promise<Recorder> {
    await Deno.mkdir(directory, { recursive: true });
    return new Recorder(directory, await Journal.open(directory));
  }

  /**
   * Makes the file for a stream.
   *
   * @param since When the recording begins.
   * @throws {Error} If it cannot be made.
   */
  async create({ app, name }: { app: string; name: string }, since: Date): Promise<NewFile> {
    const parts = directoriesOf(app);
    await Deno.mkdir([this.directory, ...parts].join("/"), { recursive: true });
    const time = since.toISOString().replace(/[-:]|\.\d+/g, "");
    const base = [...parts, `${safeFileName(name)}-${time}`].join("/");
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const number = this.#numbers.take(base, time);
      const name = number === 1 ? `${base}.flv` : `${base}-${number}.flv`;
      const file = await this.#openNew(name);
      if (file) return { file, name };
    }
    throw new Error(`Cannot record ${base}: ${MAX_TRIES} names with numbers are taken`);
  }

  /**
   * Notes that a file is complete.
   *
   * @param name The name that `create` returned.
   */
  async complete(name: string): Promise<void> {
    await this.#journal.end(name);
  }

  /** Removes a file that has stayed empty. */
  async discard(name: string): Promise<void> {
    await Deno.remove(`${this.directory}/${name}`);
    await this.#journal.end(name);
  }

  /** Closes the journal; no more files may be made. */
  async close(): Promise<void> {
    await this.#repaired;
    await this.#journal.close().catch((error) => {
      log.warn("Cannot remove the list of recordings: {error}", { error: errorMessage(error) });
    });
  }

  /** Makes a file and notes it in the journal; returns nothing if the name is taken. */
  async #openNew(name: string): Promise<Deno.FsFile | undefined> {
    let file: Deno.FsFile;
    try {
      file = await Deno.open(`${this.directory}/${name}`, { write: true, createNew: true });
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) return undefined;
      throw error;
    }
    try {
      await this.#journal.begin(name);
    } catch (error) {
      file.close();
      throw error;
    }
    return file;
  }
}

async function repair(directory: string): Promise<void> {
  await repairRecordings(directory).catch((error) => {
    log.warn("Cannot complete the recordings that were left unfinished: {error}", {
      error: errorMessage(error),
    });
  });
}

/** The directories for an app, from the outermost in. */
function directoriesOf(app: string): string[] {
  if (app === "") return [];
  const segments = app.split("/");
  const outer = segments.slice(0, MAX_DEPTH - 1).map(safeFileName);
  const inner = segments.slice(MAX_DEPTH - 1).join("/");
  return inner === "" ? outer : [...outer, safePathName(inner)];
}
