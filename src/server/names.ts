/**
 * Who publishes under which name.
 *
 * @module
 */

import type { Publication } from "../session/publication.ts";
import type { Refusal } from "../session/status.ts";
import { hostOf } from "./address.ts";

/** A publisher that has said nothing for so long may be a ghost, in milliseconds. */
const SILENCE_OF_A_GHOST = 5_000;

/** Who has a name. */
interface Holder {
  publication: Publication;
  /** For how long the publisher has been waited for, in milliseconds. */
  silence: () => number;
}

/** The names that are taken. A publisher that reconnects must not meet its own ghost. */
export class Names {
  readonly #holders = new Map<string, Holder>();

  /** The publications that go on now. */
  get publications(): Publication[] {
    return [...this.#holders.values()].map((holder) => holder.publication);
  }

  /**
   * Gives the publication its name until it has ended, or says why not. A name that is taken
   * changes hands when the newcomer comes from the same address with the same key, or when its
   * holder has fallen silent.
   *
   * @param silence For how long the publisher has been waited for, in milliseconds.
   * @param decide Says whether the newcomer takes over; `undefined` leaves it to that rule.
   */
  claim(
    publication: Publication,
    silence: () => number,
    decide: (holder: Publication) => boolean | undefined = () => undefined,
  ): Refusal | undefined {
    const { path } = publication;
    const holder = this.#holders.get(path);
    if (holder) {
      const takesOver = decide(holder.publication) ??
        (isSamePublisher(holder.publication, publication) ||
          holder.silence() >= SILENCE_OF_A_GHOST);
      if (!takesOver) {
        return { description: `Another publisher is already publishing ${path}` };
      }
      holder.publication.close("Another publisher has taken over this name");
    }
    this.#holders.set(path, { publication, silence });
    publication.closed.then(() => {
      if (this.#holders.get(path)?.publication === publication) this.#holders.delete(path);
    });
    return undefined;
  }
}

function isSamePublisher(a: Publication, b: Publication): boolean {
  return hostOf(a.remoteAddr) === hostOf(b.remoteAddr) &&
    a.params.get("key") === b.params.get("key");
}
