import { attacks } from "./attacks/secrets.ts";
import { testAttacks } from "./test_attacks.ts";

testAttacks(import.meta.resolve("./attacks/secrets.ts"), attacks);
