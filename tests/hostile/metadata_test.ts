import { attacks } from "./attacks/metadata.ts";
import { testAttacks } from "./test_attacks.ts";

testAttacks(import.meta.resolve("./attacks/metadata.ts"), attacks);
