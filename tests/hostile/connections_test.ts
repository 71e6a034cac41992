import { attacks } from "./attacks/connections.ts";
import { testAttacks } from "./test_attacks.ts";

testAttacks(import.meta.resolve("./attacks/connections.ts"), attacks);
