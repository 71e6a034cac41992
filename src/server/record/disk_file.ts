/**
 * The file of a recording on disk, which is valid at every moment.
 *
 * @module
 */

import { writeAll } from "./write_all.ts";

/** Interval between checks whether the file still has a name, in milliseconds. */
const NAME_CHECK_INTERVAL = 5_000;

/** A file that grows at its end, and whose existing bytes can be overwritten. */
export class DiskFile {
  readonly #file: Deno.FsFile;
  readonly #isReadable: boolean;
  #length = 0;
  /** When the file was last seen to have a name, by `performance.now()`. */
  #checkedAt = performance.now();

  /**
   * Wraps a file.
   *
   * @param isReadable Whether Deno permits to read it; without that, its removal is not noticed.
   */
  constructor(file: Deno.FsFile, isReadable: boolean) {
    this.#file = file;
    this.#isReadable = isReadable;
  }

  /** The length of the valid part, in bytes. */
  get length(): number {
    return this.#length;
  }

  /**
   * Appends bytes.
   *
   * @throws {Error} If they cannot be written, or the file was removed; then the file is unchanged.
   */
  async append(bytes: Uint8Array): Promise<void> {
    try {
      await writeAll(this.#file, bytes);
      this.#length += bytes.length;
    } catch (error) {
      await this.truncate(this.#length);
      throw error;
    }
    if (performance.now() - this.#checkedAt > NAME_CHECK_INTERVAL) await this.checkName();
  }

  /** Overwrites existing bytes. */
  async writeAt(position: number, bytes: Uint8Array): Promise<void> {
    await this.#file.seek(position, Deno.SeekMode.Start);
    await writeAll(this.#file, bytes);
    await this.#file.seek(this.#length, Deno.SeekMode.Start);
  }

  /** Truncates the file to a length. */
  async truncate(length: number): Promise<void> {
    await this.#file.truncate(length);
    await this.#file.seek(length, Deno.SeekMode.Start);
    this.#length = length;
  }

  /**
   * Checks that the file still has a name. The bytes of a removed file are lost when it is closed.
   *
   * @throws {Error} If it has none.
   */
  async checkName(): Promise<void> {
    if (!this.#isReadable) return;
    this.#checkedAt = performance.now();
    const { nlink } = await this.#file.stat();
    if (nlink === 0) throw new Error("the file was removed while it was written");
  }

  /** Waits until all bytes are on the disk. */
  async sync(): Promise<void> {
    await this.#file.syncData();
  }

  close(): void {
    this.#file.close();
  }
}
