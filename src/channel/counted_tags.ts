/**
 * What a consumer reads that needs to know what its tags are.
 *
 * @module
 */

import type { FlvTag } from "../flv/flv_tag.ts";
import type { Puller, Source } from "../pipeline/source.ts";
import { type ClassifiedTag, TagClassifier } from "./counted_tag.ts";
import { Subscriber } from "./subscriber.ts";
import type { Subscription } from "./subscription.ts";

/**
 * The tags of a subscription with their classes. They are read instead of `tags`, which is locked,
 * and are shared with other consumers.
 */
export function countedTags(subscription: Subscription): Source<ClassifiedTag> {
  const reader = subscription.tags.getReader();
  return subscription instanceof Subscriber ? subscription.counted : new ForeignTags(reader);
}

/** The same of a subscription that a program has made itself. */
class ForeignTags implements Source<ClassifiedTag> {
  readonly #reader: ReadableStreamDefaultReader<FlvTag>;
  readonly #classifier = new TagClassifier();

  constructor(reader: ReadableStreamDefaultReader<FlvTag>) {
    this.#reader = reader;
  }

  pull(puller: Puller<ClassifiedTag>): void {
    this.#reader.read().then(({ value }) => {
      if (value) puller.receive(this.#classifier.classify(value));
      puller.endStep(value !== undefined);
    }).catch((error) => puller.failStep(error));
  }

  cancel(reason: unknown): Promise<void> {
    return this.#reader.cancel(reason);
  }
}
