/**
 * Numbers that are added up by their name and their labels.
 *
 * @module
 */

/** A number, and what it is a number of. */
export interface Sample {
  /** As Prometheus has it, without the prefix of ours. */
  name: string;
  /** Of a few words that are ours each; the same ones in the same order for all of a name. */
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** Adds up samples. */
export class Sums implements Iterable<Sample> {
  readonly #sums = new Map<string, Sample>();

  /** Begins with these, if there are any. */
  constructor(samples: Iterable<Sample> = []) {
    this.add(samples);
  }

  /** Adds each sample to those of the same name and labels. */
  add(samples: Iterable<Sample>): void {
    for (const sample of samples) {
      const key = [sample.name, ...Object.values(sample.labels)].join(" ");
      const sum = this.#sums.get(key);
      if (sum) sum.value += sample.value;
      else this.#sums.set(key, { ...sample });
    }
  }

  /** The sums. */
  [Symbol.iterator](): Iterator<Sample> {
    return this.#sums.values();
  }
}
