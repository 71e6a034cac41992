/**
 * A lookup of items by connection id.
 *
 * @module
 */

/** Items by the id of their connection, each until it has ended. */
export class ByConnection<T> {
  readonly #items = new Map<string, Set<T>>();

  /** Adds an item until `ended` resolves. */
  add(connection: string, item: T, ended: Promise<unknown>): void {
    const items = this.#items.get(connection) ?? new Set();
    this.#items.set(connection, items.add(item));
    ended.then(() => {
      items.delete(item);
      if (items.size === 0 && this.#items.get(connection) === items) {
        this.#items.delete(connection);
      }
    });
  }

  /** The items of a connection, in the order in which they were added. */
  get(connection: string): T[] {
    return [...this.#items.get(connection) ?? []];
  }
}
