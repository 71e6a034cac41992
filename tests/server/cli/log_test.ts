import { assert, assertEquals, assertMatch } from "@std/assert";
import type { LogRecord } from "@logtape/logtape";
import { jsonFormat, textFormat } from "../../../src/server/cli/log.ts";

/** A record as `log.info("{path} of {flashVer}", { ... })` makes it. */
function record(path: string, flashVer: string): LogRecord {
  const message = ["", path, " of ", flashVer, ""];
  return {
    category: ["sluice", "rtmp"],
    level: "info",
    message,
    rawMessage: "{path} of {flashVer}",
    timestamp: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    properties: { connection: "c0ffee", path, flashVer },
  };
}

/** What ends a line, speaks to a terminal, or makes text read as something else. */
const INJECTIONS = [
  "\n2026-01-02T03:04:05.678Z INF live/fake is published by 1.2.3.4:5 (OBS)",
  "\r\nfake",
  "\x1b[2J\x1b[31mred",
  "\x9b31mred",
  "\x07\b\0\x7f",
  "\u2028\u2029\x85",
  "\u202egnp.exe\u2066\u200f\ufeff",
  '"} {"level":"INFO","message":"fake"}',
  "{path} %s %o ${x}",
  "\ud800",
];

// deno-lint-ignore no-control-regex
const UNPRINTABLE = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

for (const text of INJECTIONS) {
  Deno.test(`a line is one line with ${JSON.stringify(text)} in a name`, () => {
    const line = textFormat({ isTerminal: false, colors: false })(record(`live/${text}`, text));
    assert(line.endsWith("\n"));
    assert(!UNPRINTABLE.test(line.slice(0, -1)), JSON.stringify(line));
    assertMatch(line, /^2026-01-02T03:04:05\.678Z INF \[c0ffee\] live\//);

    const json = jsonFormat(record(`live/${text}`, text));
    assert(json.endsWith("\n"));
    assert(!UNPRINTABLE.test(json.slice(0, -1)), JSON.stringify(json));
    const { connection, path, flashVer, level, logger, ...rest } = JSON.parse(json);
    assertEquals(
      { connection, path, flashVer, level, logger },
      {
        connection: "c0ffee",
        path: `live/${text}`,
        flashVer: text,
        level: "INFO",
        logger: "sluice.rtmp",
      },
    );
    assertEquals(Object.keys(rest).sort(), ["@timestamp", "message"]);
  });
}

Deno.test("a line on a terminal has no escapes but those that are ours", () => {
  const line = textFormat({ isTerminal: true, colors: true })(
    record("live/\x1b[2J", "\x1b]0;title\x07"),
  );
  assert(line.includes("live/\\u001b[2J of \\u001b]0;title\\u0007"), JSON.stringify(line));
});
