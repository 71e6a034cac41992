/**
 * The directory that recordings are written into.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { errorMessage } from "../../error_message.ts";
import { safeFileName, safePathName } from "../../publication/file_name.ts";
import { FileNumbers } from "./file_numbers.ts";
import { Journal } from "./journal.ts";
import { repairRecordings } from "./repair.ts";

/** Names that are tried for a file: others may have taken as many, or another server may do so now. */
const MAX_TRIES = 99;

/** Directories that an app makes, one inside the other; its further segments share the last. */
const MAX_DEPTH = 8;

const log = getLogger(["sluice", "recording"]);

/** A file that is new and empty. */
export interface NewFile {
  file: Deno.FsFile;
  /** Where it is in the directory of recordings, as `live/demo-20260102T030405Z.flv`. */
  name: string;
}

/** Makes files in a directory, each as `<app>/<name>-<time>.flv`, or without a folder if there is no app. */
export class Recorder {
  /** The directory, as the command line has it. */
  readonly directory: string;
  /** Whether Deno permits to read what is in it. */
  readonly isReadable: boolean;
  readonly #journal: Journal;
  readonly #numbers = new FileNumbers();
  /** Resolves when what earlier servers left unfinished is complete. */
  readonly #repaired: Promise<void>;

  private constructor(directory: string, journal: Journal) {
    this.directory = directory;
    this.#journal = journal;
    const { state } = Deno.permissions.querySync({ name: "read", path: directory });
    this.isReadable = state === "granted";
    this.#repaired = this.isReadable ? repair(directory) : Promise.resolve();
  }

  /**
   * Makes sure that files can be written into `directory`, which is made if it is not there.
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
   * @param since When it begins.
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
   * @param name As `create` gave it.
   */
  async complete(name: string): Promise<void> {
    await this.#journal.end(name);
  }

  /** Removes a file that has stayed empty. */
  async discard(name: string): Promise<void> {
    await Deno.remove(`${this.directory}/${name}`);
    await this.#journal.end(name);
  }

  /** Ends the journal; no file is made any more. */
  async close(): Promise<void> {
    await this.#repaired;
    await this.#journal.close().catch((error) => {
      log.warn("Cannot remove the list of recordings: {error}", { error: errorMessage(error) });
    });
  }

  /** Makes a file and notes it, unless there is one of this name. */
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
