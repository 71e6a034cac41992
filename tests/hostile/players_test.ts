import { attacks } from "./attacks/players.ts";
import { testAttacks } from "./test_attacks.ts";

testAttacks(import.meta.resolve("./attacks/players.ts"), attacks);
