// @ts-check
/**
 * The end of a stream that is no longer live.
 *
 * @module
 */

import { ApiError, request, urlPath } from "./api.js";

/** @typedef {import("./types.ts").Stream} Stream */
/** @typedef {import("./types.ts").EndedStream} EndedStream */

/** The reasons of an end after which an encoder may reconnect by itself. */
const INTERRUPTIONS = ["disconnected", "failed"];

/** The end of one publication, requested from the server until its ledger is final. */
export class Ending {
  /**
   * The publication with its last ledger; `undefined` before the server's answer.
   *
   * @type {EndedStream | undefined}
   */
  stream;
  #publication;
  #isFinal = false;

  /** @param {Stream} publication As it was when it was last live. */
  constructor(publication) {
    this.#publication = publication;
  }

  /**
   * Whether its encoder was interrupted, and may reconnect.
   *
   * @returns {boolean | undefined} `undefined` if that is not known.
   */
  get isInterruption() {
    return this.stream && INTERRUPTIONS.includes(this.stream.end.reason);
  }

  /** Asks the server, which does not know streams that ended before its start or long ago. */
  async ask() {
    if (this.#isFinal) return;
    const { publisher, ...path } = this.#publication;
    /** @type {{ ending: EndedStream[] }} */
    const { ending } = await askFor("ending") ?? { ending: [] };
    const changing = ending.find((stream) => stream.publisher.id === publisher.id);
    if (changing) {
      this.stream = changing;
      return;
    }
    this.#isFinal = true;
    /** @type {EndedStream | undefined} */
    const ended = await askFor(`ended/${urlPath(path)}`);
    if (ended?.publisher.id === publisher.id) this.stream = ended;
  }
}

/**
 * @template T
 * @param {string} path
 * @returns {Promise<T | undefined>}
 */
async function askFor(path) {
  try {
    return await request(path);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
