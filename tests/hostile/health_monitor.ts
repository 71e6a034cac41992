/**
 * An operator's monitor, which asks again and again whether the server is well.
 *
 * @module
 */

import { RawHttpClient } from "../support/http.ts";
import { until } from "../support/wait.ts";

/** Interval between an answer and the next question, in milliseconds. */
const INTERVAL = 25;

/**
 * Connections for one question. A server that is full closes those that have not asked within half a
 * second, and on a busy machine that can be the monitor's.
 */
const TRIES = 3;

/** Where the server answers, and its number in the system's list of processes. */
export interface Monitored {
  http: string;
  pid: number;
}

/** How long the slowest answer took, in milliseconds. */
export interface SlowestAnswer {
  /** What passed on the clock: on a busy machine mostly the time of other programs. */
  waited: number;
  /**
   * What the server's event loop worked between question and answer, by the system's own account. It
   * is read from when the question has been sent until the answer is there, and the last of these
   * readings does not count: what the server works while this program waits for its turn is no delay.
   */
  worked: number;
}

/** Asks for `/healthz` on a new connection each time, as load balancers do. */
export class HealthMonitor implements AsyncDisposable {
  readonly slowest: SlowestAnswer = { waited: 0, worked: 0 };
  readonly #server: Monitored;
  #answers = 0;
  #asking: Promise<void> = Promise.resolve();
  #failure: unknown;
  #ended = false;

  constructor(server: Monitored) {
    this.#server = server;
  }

  /** Resolves after some answers, which do not count: code that runs for the first time is slow. */
  async begin(): Promise<void> {
    for (let i = 0; i < 5; i++) await this.#ask();
    this.slowest.waited = this.slowest.worked = 0;
    this.#asking = this.#goOn().catch((error) => void (this.#failure = error));
  }

  /** Waits for the answer to a question that is asked from now on. */
  async goOn(): Promise<void> {
    const enough = this.#answers + 2;
    await until("an answer of /healthz", () => {
      if (this.#failure) throw this.#failure;
      return this.#answers >= enough;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    await this.#asking;
  }

  async #goOn(): Promise<void> {
    while (!this.#ended) {
      await this.#ask();
      await new Promise((resolve) => setTimeout(resolve, INTERVAL));
    }
  }

  async #ask(): Promise<void> {
    const asked = performance.now();
    let answer = "";
    for (let tries = 0; tries < TRIES && answer === "" && !this.#ended; tries++) {
      answer = await this.#answer(asked);
    }
    if (!answer.startsWith("HTTP/1.1 200 ") && !this.#ended) {
      throw new Error(`/healthz was answered with ${JSON.stringify(answer)}`);
    }
    this.#answers++;
    this.slowest.waited = Math.max(this.slowest.waited, performance.now() - asked);
  }

  /** What the server answers on a connection of its own; nothing if it closes that. */
  async #answer(asked: number): Promise<string> {
    using client = await RawHttpClient.connect(Number(new URL(this.#server.http).port));
    client.request("GET /healthz", "Connection: close");
    const before = this.#worked();
    const readings = [before, before];
    await until(
      () => `an answer of /healthz, after ${Math.round(performance.now() - asked)} ms`,
      () => {
        if (client.received.includes("\r\n\r\n") || client.closed) return true;
        readings.push(this.#worked());
        return false;
      },
    );
    this.slowest.worked = Math.max(this.slowest.worked, readings.at(-2)! - before);
    return client.received;
  }

  /** Milliseconds for which the main thread of the server has run; 0 where no system tells it. */
  #worked(): number {
    if (Deno.build.os !== "linux") return 0;
    const { pid } = this.#server;
    return Number(Deno.readTextFileSync(`/proc/${pid}/schedstat`).split(" ")[0]) / 1e6;
  }
}
