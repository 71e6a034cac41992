/**
 * What an attacker has had recorded.
 *
 * @module
 */

import { metricsUntil } from "../support/prometheus.ts";
import { until } from "../support/wait.ts";
import type { Target } from "./attack.ts";

/**
 * Waits until so many of an attacker's recordings are complete; the honest one goes on.
 *
 * @param is What the names of their files begin with.
 */
export async function recorded(
  { directory, http }: Target,
  is: string,
  count: number,
): Promise<void> {
  // A server counts recordings when they have made their files: some may not have come to that yet.
  let files = 0;
  await until(() => `${count} files of recordings: ${files} so far`, async () => {
    files = 0;
    for await (const { name } of Deno.readDir(`${directory}/live`)) {
      if (name.startsWith(is)) files++;
    }
    return files >= count;
  });
  await metricsUntil(http, "the end of the recordings", (metrics) => {
    return metrics.get("sluice_recordings") === 1;
  });
}
