/**
 * Sums of samples by name and labels.
 *
 * @module
 */

/** A number with its name and labels. */
export interface Sample {
  /** The name of the metric, without its prefix. */
  name: string;
  /** The labels; all samples of a name have the same ones, in the same order. */
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** Adds up samples. */
export class Sums implements Iterable<Sample> {
  readonly #sums = new Map<string, Sample>();

  /** Makes sums of the given samples. */
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
