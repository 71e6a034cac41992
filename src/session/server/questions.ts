/**
 * The questions to the application that a connection waits for.
 *
 * @module
 */

/** Waits for answers of the application until the server closes the connection. */
export class Questions {
  readonly #waiting = new Set<() => void>();
  #abandoned = false;

  /**
   * Waits for an answer.
   *
   * @param question Must not reject.
   * @param giveUp Called with an answer that arrives after the connection was closed.
   * @returns The answer; nothing if the connection was closed first.
   */
  async ask<T>(
    question: Promise<T>,
    giveUp: (answer: T) => void,
  ): Promise<{ answer: T } | undefined> {
    const answered = question.then((answer) => ({ answer }));
    let abandon!: () => void;
    const abandoned = new Promise<undefined>((resolve) => abandon = () => resolve(undefined));
    this.#waiting.add(abandon);
    if (this.#abandoned) abandon();
    try {
      const first = await Promise.race([answered, abandoned]);
      if (first && !this.#abandoned) return first;
    } finally {
      this.#waiting.delete(abandon);
    }
    void answered.then(({ answer }) => giveUp(answer));
    return undefined;
  }

  /** Ends all waits, and every later one at once. */
  abandon(): void {
    this.#abandoned = true;
    for (const abandon of this.#waiting) abandon();
  }
}
