import { assertEquals } from "@std/assert";
import { FileNumbers } from "../../../src/server/record/file_numbers.ts";

const second = (number: number) => `20260102T0304${String(number).padStart(2, "0")}Z`;

Deno.test("files that are made ten seconds late, and in another order, have numbers of their own", () => {
  const numbers = new FileNumbers();
  const taken = new Set<string>();
  // Of each second some files are made at once, and the others while those of later ones are made.
  for (let now = 0; now < 40; now++) {
    for (const late of [0, 10, 3, 7]) {
      if (late > now) continue;
      for (let i = 0; i < 200; i++) {
        const made = second(now - late);
        taken.add(`${made} ${numbers.take("demo", made)}`);
      }
    }
  }
  assertEquals(taken.size, 200 * (40 + 30 + 37 + 33));
});
