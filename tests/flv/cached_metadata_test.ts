import { assert, assertEquals } from "@std/assert";
import { encodeAmf0 } from "../../src/amf/encode_amf0.ts";
import { MAX_CACHED_METADATA, readMetadata } from "../../src/flv/metadata.ts";

Deno.test("of the metadata of many publications what is remembered has a bound", () => {
  const large = encodeAmf0("onMetaData", { comment: "x".repeat(60_000) });
  const kept = Array.from({ length: 300 }, () => large.slice());
  const readings = kept.map((data) => readMetadata(data)!);
  const read = readings.filter((reading) => "members" in reading).length;
  assertEquals(read, Math.floor(MAX_CACHED_METADATA / large.length));
  // The rest is as if it were too large, and stays so; what encoders write is read all the same.
  assertEquals(readings.at(-1), { error: "oversize" });
  assertEquals(kept.map((data) => readMetadata(data)), readings);
  const usual = encodeAmf0("onMetaData", { width: 16, comment: "x".repeat(1_000) });
  assert("members" in readMetadata(usual)!);
  assertEquals(readMetadata(encodeAmf0("onTextData", large)), undefined);
});
