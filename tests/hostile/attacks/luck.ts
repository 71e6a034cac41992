/**
 * Bad luck: what happens to a server without an attacker.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { repeat } from "../../support/long.ts";
import { videoTag } from "../../support/media.ts";
import { metricsUntil } from "../../support/prometheus.ts";
import { RawClient } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";
import type { Attack } from "../attack.ts";

export const attacks: Attack[] = [
  {
    name: "the directory of recordings is removed, and comes back",
    records: true,
    async run({ port, http, directory }) {
      await Deno.remove(`${directory}/live`, { recursive: true });
      await metricsUntil(http, "the failed recording", (metrics) => {
        return metrics.get("sluice_recordings_failed_total") === 1;
      });
      using client = await RawClient.publish(port, "next");
      for (let i = 0; i < 60; i++) client.sendTags([videoTag(i, 5_000)]);
      await until("the next recording", async () => {
        const files = await Array.fromAsync(Deno.readDir(`${directory}/live`)).catch(() => []);
        return files.some(({ name }) => name.startsWith("next-"));
      });
    },
  },
  {
    name: "the server is stopped for longer than its peers may be silent",
    args: ["--timeout", "6"],
    async run({ pid }) {
      for (let i = 0; i < repeat(1, 3); i++) {
        Deno.kill(pid, "SIGSTOP");
        await new Promise((resolve) => setTimeout(resolve, 8_000));
        Deno.kill(pid, "SIGCONT");
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    },
  },
  {
    name: "encoders lose their connections and come back",
    async run({ port, http }) {
      for (let i = 0; i < repeat(20, 200); i++) {
        using client = await RawClient.publish(port, "unlucky");
        client.sendTags([videoTag(0), videoTag(1)]);
        await client.flushed();
        client.reset();
      }
      const answer = await fetch(`${http}/readyz`);
      assertEquals(await answer.json(), { status: "ready" });
    },
  },
];
