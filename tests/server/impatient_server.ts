/**
 * The server with little time to end, for the test of what it does when that is too little.
 *
 * @module
 */

import { runProgram } from "../../src/server/program.ts";

await runProgram(Deno.args, { shutdownTimeout: 500 });
