/**
 * How much memory is in use.
 *
 * @module
 */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { turns } from "./streams.ts";

/**
 * Bytes that are still held by this test and its servers, garbage left out. What the process has
 * from the system says little about it, and other tests may run in the same process.
 */
export async function memoryInUse(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collectGarbage: () => void = runInNewContext("gc");
  for (let i = 0; i < 3; i++) {
    await turns();
    collectGarbage();
  }
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}
