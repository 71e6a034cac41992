import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { AmfError, FlvError } from "../../src/errors.ts";
import { parseScriptTag } from "../../src/flv/script_tag.ts";
import { hex } from "../support/bytes.ts";

Deno.test("parseScriptTag() reads a name and its values", () => {
  assertEquals(parseScriptTag(hex("02 0002 6869 00 4000000000000000 05")), {
    name: "hi",
    values: [2, null],
  });
});

Deno.test("parseScriptTag() gives all values when the first is no name", () => {
  assertEquals(parseScriptTag(hex("01 01 02 0001 61")), { name: "", values: [true, "a"] });
  assertEquals(parseScriptTag(hex("")), { name: "", values: [] });
});

Deno.test("parseScriptTag() throws an FlvError when the data is no AMF0", () => {
  const error = assertThrows(() => parseScriptTag(hex("02 0001 61 00")), FlvError);
  assertInstanceOf(error.cause, AmfError);
  assertEquals(error.byteOffset, error.cause.byteOffset);
});
