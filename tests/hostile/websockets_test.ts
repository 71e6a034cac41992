import { attacks } from "./attacks/websockets.ts";
import { testAttacks } from "./test_attacks.ts";

testAttacks(import.meta.resolve("./attacks/websockets.ts"), attacks);
