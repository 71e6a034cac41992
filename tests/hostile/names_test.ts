import { attacks } from "./attacks/names.ts";
import { testAttacks } from "./test_attacks.ts";

testAttacks(import.meta.resolve("./attacks/names.ts"), attacks);
