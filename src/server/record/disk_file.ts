/**
 * The file below a recording, which is whole at every moment.
 *
 * @module
 */

import { writeAll } from "./write_all.ts";

/** How often it is checked whether the file still has a name, in milliseconds. */
const NAME_CHECK_INTERVAL = 5_000;

/** A file that grows at its end, and of which a part is written again in its place. */
export class DiskFile {
  readonly #file: Deno.FsFile;
  readonly #isReadable: boolean;
  #length = 0;
  /** When the file was last seen to have a name, by `performance.now()`. */
  #checkedAt = performance.now();

  /**
   * Takes over a file.
   *
   * @param isReadable Whether Deno permits to read it: else it is not noticed when it is removed.
   */
  constructor(file: Deno.FsFile, isReadable: boolean) {
    this.#file = file;
    this.#isReadable = isReadable;
  }

  /** Bytes that are whole. */
  get length(): number {
    return this.#length;
  }

  /**
   * Adds bytes.
   *
   * @throws {Error} If they cannot be written, or the file was removed; then it is as it was.
   */
  async append(bytes: Uint8Array): Promise<void> {
    try {
      await writeAll(this.#file, bytes);
      this.#length += bytes.length;
    } catch (error) {
      await this.cut(this.#length);
      throw error;
    }
    if (performance.now() - this.#checkedAt > NAME_CHECK_INTERVAL) await this.checkName();
  }

  /** Writes over bytes that are there. */
  async writeAt(position: number, bytes: Uint8Array): Promise<void> {
    await this.#file.seek(position, Deno.SeekMode.Start);
    await writeAll(this.#file, bytes);
    await this.#file.seek(this.#length, Deno.SeekMode.Start);
  }

  /** Takes so many bytes for the whole file, and cuts off what is after them. */
  async cut(length: number): Promise<void> {
    await this.#file.truncate(length);
    await this.#file.seek(length, Deno.SeekMode.Start);
    this.#length = length;
  }

  /**
   * Checks that the file still has a name: what is written to one without is lost when it is closed.
   *
   * @throws {Error} If it has none.
   */
  async checkName(): Promise<void> {
    if (!this.#isReadable) return;
    this.#checkedAt = performance.now();
    const { nlink } = await this.#file.stat();
    if (nlink === 0) throw new Error("the file was removed while it was written");
  }

  /** Waits until all of it is on the disk. */
  async sync(): Promise<void> {
    await this.#file.syncData();
  }

  close(): void {
    this.#file.close();
  }
}
