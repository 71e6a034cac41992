import { assertEquals, assertMatch } from "@std/assert";
import { within } from "../support/wait.ts";
import { describe, isWhole } from "./breakdown.ts";
import { repeatFixture } from "./clip.ts";
import { countFrames } from "./frames.ts";

const CONSUMER = { kind: "recording", dropped: { video: 0, audio: 0 } };

Deno.test("deno task capture finds every frame at every stage", async () => {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("main.ts", import.meta.url).pathname, "--flood"],
    stdin: "null",
  });
  const { code, stdout, stderr } = await within("the capture to end", command.output());
  const decoder = new TextDecoder();
  const output = decoder.decode(stdout);
  assertEquals({ code, stderr: decoder.decode(stderr) }, { code: 0, stderr: "" }, output);
  assertMatch(output, /^publisher sent 60 frames/m);
  assertMatch(output, /^ {2}tags +60 frames/m);
  assertMatch(output, /^ {2}recording, read +60 frames/m);
  assertMatch(output, /^ {2}http-flv, read +60 frames/m);
  assertMatch(output, /^consumer received 60 frames \(100 %\)$/m);
});

Deno.test("a capture in which one consumer lacks a frame is not whole, and says so", () => {
  const all = { video: 60, audio: 88 };
  const counted = {
    sent: all,
    bytes: 100_000,
    chunks: 161,
    messages: 160,
    media: all,
    tags: all,
    consumers: [
      { ...CONSUMER, delivered: all, found: all },
      { ...CONSUMER, delivered: all, found: { video: 59, audio: 88 } },
    ],
    balance: 0,
  };
  assertEquals(isWhole(counted), false);
  assertEquals(describe(counted).at(-1), "consumer received 59 frames (98.3 %)");
  counted.consumers.pop();
  assertEquals(isWhole(counted), true);
  assertEquals(isWhole({ ...counted, balance: 1 }), false);
});

Deno.test("repeatFixture() has as many video frames as asked for, in the order of time", async () => {
  for (const frames of [1, 60, 61, 150]) {
    const { tags } = await repeatFixture(frames);
    assertEquals((await countFrames(tags)).video, frames);
    const times = tags.filter(({ type }) => type === "video").map(({ timestamp }) => timestamp);
    assertEquals(times, times.toSorted((a, b) => a - b));
  }
});
