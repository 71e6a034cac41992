/**
 * The server as a program.
 *
 * ```sh
 * deno run --allow-net jsr:@sluice/rtmp/server
 * ```
 *
 * @module
 */

import { runProgram } from "./program.ts";

if (import.meta.main) await runProgram(Deno.args);
