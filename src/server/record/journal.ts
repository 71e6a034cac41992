/**
 * The journal of a server's unfinished recordings.
 *
 * @module
 */

import { writeAll } from "./write_all.ts";

/** The file names of journals. */
const NAME = /^\.sluice-[0-9a-f-]{36}\.journal$/;

/**
 * A file with a line for each event of a recording: `+live/demo-….flv` when it begins,
 * `-live/demo-….flv` when it is complete. After a server was killed, the next server finds the
 * unfinished recordings in its journal. A server holds a lock on its journal, so that several servers
 * can record into one directory.
 */
export class Journal {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #open = new Set<string>();
  /** Bytes of its whole lines. */
  #length = 0;
  /** Whether a part of another line may follow them, as on a full disk. */
  #isTorn = false;
  /** The pending write: lines are written one after the other. */
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
  }

  /**
   * Creates a journal in a directory.
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
      // No recording is unfinished: the journal is emptied, so that it does not grow for months.
      if (this.#open.size === 0) return await this.#cut(0);
      // A torn line must not run into the next one: that would name another file.
      if (this.#isTorn) await this.#cut(this.#length);
      const bytes = new TextEncoder().encode(line);
      this.#isTorn = true;
      await writeAll(this.#file, bytes);
      this.#isTorn = false;
      this.#length += bytes.length;
    });
    this.#writing = written.catch(() => {});
    return written;
  }

  /** Keeps so many bytes; the next line follows them. */
  async #cut(length: number): Promise<void> {
    await this.#file.truncate(length);
    await this.#file.seek(length, Deno.SeekMode.Start);
    this.#length = length;
    this.#isTorn = false;
  }
}

/** A journal of a server that no longer runs. */
export interface AbandonedJournal {
  /** The unfinished files, as names within the directory. */
  unfinished: string[];
  /** Removes it. */
  remove(): Promise<void>;
}

/**
 * Finds the journals of servers that no longer run.
 *
 * @throws {Deno.errors.NotCapable} If the directory may not be read.
 */
export async function* abandonedJournals(directory: string): AsyncGenerator<AbandonedJournal> {
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

/** Whether a name is that of a recording within the directory. */
function isInside(name: string): boolean {
  return name.endsWith(".flv") && name.split("/").every((part) => !/^\.*$/.test(part));
}

/** The names of recordings that began and did not end. The last line may be incomplete. */
function unfinishedIn(text: string): string[] {
  const open = new Set<string>();
  for (const line of text.split("\n").slice(0, -1)) {
    if (line.startsWith("+")) open.add(line.slice(1));
    else if (line.startsWith("-")) open.delete(line.slice(1));
  }
  return [...open].filter(isInside);
}
