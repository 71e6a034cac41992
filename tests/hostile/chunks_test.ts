import { attacks } from "./attacks/chunks.ts";
import { testAttacks } from "./test_attacks.ts";

testAttacks(import.meta.resolve("./attacks/chunks.ts"), attacks);
