import { attacks } from "./attacks/luck.ts";
import { testAttacks } from "./test_attacks.ts";

testAttacks(import.meta.resolve("./attacks/luck.ts"), attacks);
