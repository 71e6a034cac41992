import { assertEquals, assertInstanceOf } from "@std/assert";
import { concat } from "@std/bytes";
import type { RtmpMessage } from "../../src/message/message.ts";
import { MessageEncoder } from "../../src/message/message_encoder.ts";
import { hex } from "../support/bytes.ts";
import { everyCutting } from "../support/cuts.ts";
import { decodeParts, decodeStreams } from "../support/decode.ts";
import { CHUNK_TABLE } from "./chunk_table.ts";
import { CONTROL_TABLE } from "./control_table.ts";

[...CHUNK_TABLE, ...CONTROL_TABLE].forEach((row, index) => {
  const { section, name, error: errorClass } = row;
  const options = row.chunkSize === undefined ? {} : { chunkSize: row.chunkSize };
  const bytes = hex(row.bytes);
  const expected: RtmpMessage[] = row.messages.map(
    ([chunkStreamId, messageStreamId, typeId, timestamp, payload]) => (
      { chunkStreamId, messageStreamId, typeId, timestamp, payload: hex(payload) }
    ),
  );

  Deno.test(`RTMP 1.0, section ${section}: ${name}`, async () => {
    const cuttings = everyCutting(bytes, index);
    for (const { name, parts } of cuttings) {
      const { messages, error } = decodeParts(parts, options);
      assertEquals(messages, expected, name);
      if (errorClass) assertInstanceOf(error, errorClass, name);
      else assertEquals(error, undefined, name);
    }
    for (const { name, parts } of cuttings.slice(0, 2)) {
      const { items, error } = await decodeStreams(parts, options);
      assertEquals(items, expected, name);
      if (errorClass) assertInstanceOf(error, errorClass, name);
      else assertEquals(error, undefined, name);
    }
  });

  if (errorClass) return;
  Deno.test(`RTMP 1.0, section ${section}: ${name}: written and read again`, () => {
    const encoder = new MessageEncoder(options);
    const written = concat(expected.map((message) => encoder.encode(message)));
    assertEquals(decodeParts([written], options).messages, expected);
  });
});
