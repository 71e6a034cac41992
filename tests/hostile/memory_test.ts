import { attacks } from "./attacks/memory.ts";
import { testAttacks } from "./test_attacks.ts";

testAttacks(import.meta.resolve("./attacks/memory.ts"), attacks);
