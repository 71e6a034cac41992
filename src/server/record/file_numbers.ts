/**
 * Numbers for recordings with the same name and second.
 *
 * @module
 */

/**
 * The number of seconds that are kept: a file may be made after the second in its name, since a disk
 * may take ten seconds.
 */
const KEPT_SECONDS = 16;

/**
 * Counts the files of each name, so that a free number is found without a search on the disk. Files
 * of other programs are not counted: the caller takes the next number when it finds one.
 */
export class FileNumbers {
  /** The last number taken, by second and name. */
  readonly #seconds = new Map<string, Map<string, number>>();

  /**
   * Takes the next number of a name, from 1 to one above the last.
   *
   * @param second As text, which sorts as time does.
   */
  take(name: string, second: string): number {
    const taken = this.#of(second);
    const number = (taken.get(name) ?? 0) + 1;
    taken.set(name, number);
    return number;
  }

  #of(second: string): Map<string, number> {
    const known = this.#seconds.get(second);
    if (known) return known;
    const taken = new Map<string, number>();
    this.#seconds.set(second, taken);
    if (this.#seconds.size > KEPT_SECONDS) {
      const [oldest] = [...this.#seconds.keys()].sort();
      this.#seconds.delete(oldest!);
    }
    return taken;
  }
}
