/**
 * Which recordings are being written, kept on disk.
 *
 * @module
 */

import { writeAll } from "./write_all.ts";

/** Names of the files that journals are. */
const NAME = /^\.sluice-[0-9a-f-]{36}\.journal$/;

/**
 * The recordings that a server is writing, one line each: `+live/demo-….flv` when one begins,
 * `-live/demo-….flv` when it is complete. A server that is killed leaves its journal behind, and the
 * next one finds in it what is unfinished. The server holds a lock on its journal, so that several
 * servers can record into one directory.
 */
export class Journal {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #open = new Set<string>();
  /** Lines are written one after the other. */
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
  }

  /**
   * Begins a journal in a directory.
   *
   * @throws {Deno.errors.NotCapable} If the directory may not be written into.
   * @throws {Error} If it cannot be written into.
   */
  static async open(directory: string): Promise<Journal> {
    const path = `${directory}/.sluice-${crypto.randomUUID()}.journal`;
    const file = await Deno.open(path, { write: true, createNew: true });
    await file.lock(true);
    return new Journal(path, file);
  }

  /**
   * Notes that a file has been made.
   *
   * @throws {Error} If that cannot be written; then it is not noted.
   */
  async begin(name: string): Promise<void> {
    this.#open.add(name);
    try {
      await this.#write(`+${name}\n`);
    } catch (error) {
      this.#open.delete(name);
      throw error;
    }
  }

  /** Notes that a file is complete. */
  async end(name: string): Promise<void> {
    this.#open.delete(name);
    await this.#write(`-${name}\n`);
  }

  /**
   * Ends the journal, and removes it if every file is complete.
   *
   * @throws {Error} If it cannot be removed, as when its directory was.
   */
  async close(): Promise<void> {
    await this.#writing;
    this.#file.close();
    if (this.#open.size === 0) await Deno.remove(this.#path);
  }

  #write(line: string): Promise<void> {
    const written = this.#writing.then(async () => {
      // Nothing that stands in it matters any more: it does not grow for months.
      if (this.#open.size === 0) {
        await this.#file.truncate(0);
        await this.#file.seek(0, Deno.SeekMode.Start);
        return;
      }
      await writeAll(this.#file, new TextEncoder().encode(line));
    });
    this.#writing = written.catch(() => {});
    return written;
  }
}

/** A journal that a server has left behind. */
export interface LeftJournal {
  /** The files that it had not completed, as names within the directory. */
  unfinished: string[];
  /** Removes it. */
  remove(): Promise<void>;
}

/**
 * Finds the journals of servers that run no more.
 *
 * @throws {Deno.errors.NotCapable} If the directory may not be read.
 */
export async function* leftJournals(directory: string): AsyncGenerator<LeftJournal> {
  for await (const { name, isFile } of Deno.readDir(directory)) {
    if (!isFile || !NAME.test(name)) continue;
    const path = `${directory}/${name}`;
    using file = await Deno.open(path, { read: true, write: true });
    if (!await file.tryLock(true)) continue;
    yield {
      unfinished: unfinishedIn(await Deno.readTextFile(path)),
      remove: () => Deno.remove(path),
    };
  }
}

/** A name that leads out of the directory is none of ours. */
function isInside(name: string): boolean {
  return name.endsWith(".flv") && name.split("/").every((part) => !/^\.*$/.test(part));
}

/** The names that were begun and not ended; the last line may be torn. */
function unfinishedIn(text: string): string[] {
  const open = new Set<string>();
  for (const line of text.split("\n").slice(0, -1)) {
    if (line.startsWith("+")) open.add(line.slice(1));
    else if (line.startsWith("-")) open.delete(line.slice(1));
  }
  return [...open].filter(isInside);
}
