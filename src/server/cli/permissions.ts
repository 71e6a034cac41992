/**
 * The permissions of Deno that a start needs. All of them are looked up before anything is opened:
 * what is missing is an error with the right command, where Deno by itself would stop and ask.
 *
 * @module
 */

import { netPermission } from "../../net/net_permission.ts";
import type { Config } from "./config.ts";
import { denoCommand } from "./deno_command.ts";
import { StartError } from "./start_error.ts";

/** Something that cannot be done without a permission. */
interface Need {
  /** What cannot be done, as "record into rec". */
  what: string;
  /** The kind of permission that a path stands in; none for what `--allow-net` permits. */
  kind?: "read" | "write";
  path?: string;
  state: Deno.PermissionState;
  /** Whether the server does without, if not as well. */
  optional?: true;
}

/**
 * Makes sure that what the configuration asks for is permitted.
 *
 * @throws {StartError} If a permission is missing; it names all that are needed.
 */
export function requirePermissions(config: Config): void {
  const needs = needsOf(config);
  const missing = needs.find(({ state, optional }) => !optional && state !== "granted");
  if (!missing) return;
  const why = missing.state === "denied" ? "a --deny flag forbids it" : "Deno does not permit it";
  throw new StartError(
    `Cannot ${missing.what}: ${why}; start with ${denoCommand(permissionsFor(needs))}`,
  );
}

/** The flags of Deno that permit these, each once, as `--allow-read=cert.pem,key.pem`. */
function permissionsFor(needs: Need[]): string[] {
  return (["read", "write"] as const).flatMap((kind) => {
    const paths = needs.filter((need) => need.kind === kind).map(({ path }) => path);
    return paths.length > 0 ? [`--allow-${kind}=${[...new Set(paths)].join(",")}`] : [];
  });
}

function needsOf(config: Config): Need[] {
  const { host, port, httpHost, httpPort, tls, output } = config;
  const directory = config.record ?? config.recordOnDemand;
  return [
    toListen("RTMP", host, port),
    ...tls ? [toListen("RTMPS", host, tls.port)] : [],
    ...httpPort === undefined ? [] : [toListen("HTTP", httpHost, httpPort)],
    ...tls ? [tls.certFile, tls.keyFile].map((file) => toUse("read", file, `read ${file}`)) : [],
    ...directory === undefined ? [] : toRecord(directory),
    ...output === undefined || output === "-" ? [] : [toUse("write", output, `write to ${output}`)],
  ];
}

function toListen(protocol: string, host: string, port: number): Need {
  return { what: `listen for ${protocol} on ${host}:${port}`, state: netPermission(host, port) };
}

/**
 * Permissions for files. New files need only the permission to write; unfinished files of an earlier
 * server need the permission to read too.
 */
function toRecord(directory: string): Need[] {
  const what = `record into ${directory}`;
  return [{ ...toUse("read", directory, what), optional: true }, toUse("write", directory, what)];
}

function toUse(kind: "read" | "write", path: string, what: string): Need {
  const { state } = Deno.permissions.querySync({ name: kind, path });
  return { what, kind, path, state };
}
