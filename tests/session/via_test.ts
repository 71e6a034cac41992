import { assertEquals } from "@std/assert";
import { readVia } from "../../src/session/via.ts";

Deno.test("the mark of relays is a list of short texts, whatever a peer sends", () => {
  const long = "x".repeat(65);
  const many = Array.from({ length: 1000 }, (_, i) => String(i));
  const table: [sent: unknown, read: readonly string[]][] = [
    [["a", "b"], ["a", "b"]],
    [undefined, []],
    ["a", []],
    [{ 0: "a", length: 1 }, []],
    [["a", 1, null, ["b"], {}, "c"], ["a", "c"]],
    [[long], [long.slice(1)]],
    [many, many.slice(0, 17)],
  ];
  for (const [sent, read] of table) assertEquals(readVia(sent), read);
});
