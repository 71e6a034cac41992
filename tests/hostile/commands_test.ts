import { attacks } from "./attacks/commands.ts";
import { testAttacks } from "./test_attacks.ts";

testAttacks(import.meta.resolve("./attacks/commands.ts"), attacks);
