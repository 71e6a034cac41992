/**
 * The worker in which an attack runs.
 *
 * @module
 */

import type { Attack, Target } from "./attack.ts";

/** What the worker is told: which attack, and on what. */
export interface Orders {
  module: string;
  name: string;
  target: Omit<Target, "peers">;
}

/** The worker's own end of its messages, which the types of a document's scope do not have. */
interface WorkerScope {
  onmessage: (event: MessageEvent<Orders | "check">) => void;
  postMessage(answer: unknown): void;
}

const scope = globalThis as unknown as WorkerScope;

const peers = new DisposableStack();
let orders: Orders | undefined;
let attack: Attack;

scope.onmessage = async ({ data }) => {
  try {
    if (data !== "check") {
      orders = data;
      const { attacks }: { attacks: Attack[] } = await import(data.module);
      attack = attacks.find(({ name }) => name === data.name)!;
    }
    const target = { ...orders!.target, peers };
    await (data === "check" ? attack.check!(target) : attack.run(target));
    scope.postMessage("done");
  } catch (error) {
    scope.postMessage(error);
  }
};
