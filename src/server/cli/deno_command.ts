/**
 * The command that starts the server, for messages about permissions.
 *
 * @module
 */

/** The program, as the operator started it. */
const PROGRAM = import.meta.url.startsWith("file:")
  ? "src/server/main.ts"
  : "jsr:@sluice/rtmp/server";

/** A remark for clones of the repository, which have tasks. */
const NO_TASK = import.meta.url.startsWith("file:")
  ? " (`deno task start` cannot be given permissions)"
  : "";

/**
 * The whole command with these permissions, as ``deno run --allow-net --allow-write=rec
 * src/server/main.ts …``. A permission with a space in it is quoted for a shell.
 */
export function denoCommand(permissions: string[]): string {
  const all = new Set(["--allow-net", ...permissions.map(quoted)]);
  return `\`deno run ${[...all].join(" ")} ${PROGRAM} …\`${NO_TASK}`;
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./*-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
