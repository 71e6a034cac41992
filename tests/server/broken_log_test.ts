/**
 * A log that fails, in whichever of its parts, ends nothing of what is logged.
 *
 * @module
 */

import { configure, type LogRecord, reset } from "@logtape/logtape";
import { assertEquals } from "@std/assert";
import { publishRtmp } from "../../src/client/publish.ts";
import { audioTag } from "../channel/broadcast.ts";
import { captureConsole } from "../support/console.ts";
import { collect } from "../support/publications.ts";

const broken = (): never => {
  throw new Error("The log is broken");
};

const LOGS: Record<string, { sink: (record: LogRecord) => void; filter: () => boolean }> = {
  sink: { sink: broken, filter: () => true },
  filter: { sink: () => {}, filter: broken },
};

for (const [part, { sink, filter }] of Object.entries(LOGS)) {
  Deno.test(`a ${part} of the log that throws ends no connection`, async () => {
    using _console = captureConsole();
    await configure({
      reset: true,
      sinks: { sink },
      filters: { filter },
      loggers: [
        { category: "sluice", lowestLevel: "debug", sinks: ["sink"], filters: ["filter"] },
        { category: ["logtape", "meta"], sinks: [] },
      ],
    });
    try {
      await using app = collect({
        authorize: ({ name }) => name === "demo" || { description: "no" },
      });
      const url = `rtmp://127.0.0.1:${app.port}/live`;
      await publishRtmp(`${url}/other`).catch(() => {});
      const { writable } = await publishRtmp(`${url}/demo`);
      await ReadableStream.from([audioTag(0), audioTag(23)]).pipeTo(writable);
      assertEquals((await app.publication(0)).tags.length, 2);
    } finally {
      await reset();
    }
  });
}
