import { attacks } from "./attacks/http.ts";
import { testAttacks } from "./test_attacks.ts";

testAttacks(import.meta.resolve("./attacks/http.ts"), attacks);
