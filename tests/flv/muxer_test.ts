import { assertEquals, assertThrows } from "@std/assert";
import { FlvError } from "../../src/errors.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { FlvMuxer, FlvMuxerStream } from "../../src/flv/muxer.ts";
import { hex } from "../support/bytes.ts";

Deno.test("FlvMuxer.header() says what is in the file", () => {
  const cases: [FlvMuxer, string][] = [
    [new FlvMuxer(), "464c5601 05 00000009 00000000"],
    [new FlvMuxer({ video: false }), "464c5601 04 00000009 00000000"],
    [new FlvMuxer({ audio: false }), "464c5601 01 00000009 00000000"],
    [new FlvMuxer({ audio: false, video: false }), "464c5601 00 00000009 00000000"],
  ];
  for (const [muxer, header] of cases) assertEquals(muxer.header(), hex(header));
});

Deno.test("FlvMuxer.tag() writes a whole tag and its size", () => {
  const cases: [FlvTag, string][] = [
    [
      { type: "audio", timestamp: 0, data: hex("af001210") },
      "08 000004 000000 00 000000 af001210 0000000f",
    ],
    [
      { type: "video", timestamp: 0x123456, data: hex("17") },
      "09 000001 123456 00 000000 17 0000000c",
    ],
    [
      { type: "script", timestamp: 0x89abcdef, data: hex("") },
      "12 000000 abcdef 89 000000 0000000b",
    ],
    [
      { type: "audio", timestamp: 2 ** 32 + 5, data: hex("") },
      "08 000000 000005 00 000000 0000000b",
    ],
    [
      { type: "audio", timestamp: 5 * 2 ** 40 - 1, data: hex("") },
      "08 000000 ffffff ff 000000 0000000b",
    ],
  ];
  for (const [tag, bytes] of cases) assertEquals(new FlvMuxer().tag(tag), hex(bytes));
});

Deno.test("FlvMuxer.tag() throws when the data is too long for a tag", () => {
  const muxer = new FlvMuxer();
  const data = new Uint8Array(2 ** 24);
  assertThrows(
    () => muxer.tag({ type: "video", timestamp: 0, data }),
    FlvError,
    "Tag too large for FLV: 16777216 bytes, limit 16777215",
  );
  assertEquals(
    muxer.tag({ type: "video", timestamp: 0, data: data.subarray(1) }).length,
    2 ** 24 + 14,
  );
});

Deno.test("FlvMuxerStream writes the header, then one chunk for each tag", async () => {
  const tags: FlvTag[] = [
    { type: "audio", timestamp: 1, data: hex("af01") },
    { type: "video", timestamp: 2, data: hex("") },
  ];
  const muxer = new FlvMuxer({ video: false });
  assertEquals(
    await Array.fromAsync(
      ReadableStream.from(tags).pipeThrough(new FlvMuxerStream({ video: false })),
    ),
    [muxer.header(), muxer.tag(tags[0]!), muxer.tag(tags[1]!)],
  );
});

Deno.test("FlvMuxerStream writes the header of a file without tags", async () => {
  const file = ReadableStream.from<FlvTag>([]).pipeThrough(new FlvMuxerStream());
  assertEquals(await Array.fromAsync(file), [new FlvMuxer().header()]);
});
