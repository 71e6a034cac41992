/**
 * The permissions of Deno that the configuration needs. They are checked before anything is opened. A
 * missing permission is an error with the right command; Deno by itself would prompt.
 *
 * @module
 */

import { netPermission } from "../../net/net_permission.ts";
import type { Config } from "./config.ts";
import { denoCommand } from "./deno_command.ts";
import { StartError } from "./start_error.ts";

/** An action and the permission that it needs. */
interface RequiredPermission {
  /** The action, as "record into rec". */
  what: string;
  /** The kind of permission for `path`; `undefined` for actions that `--allow-net` permits. */
  kind?: "read" | "write";
  path?: string;
  state: Deno.PermissionState;
  /** Whether the server can run without it, with less function. */
  optional?: true;
}

/**
 * Checks that Deno permits what the configuration needs.
 *
 * @throws {StartError} If a permission is missing; it names all that are needed.
 */
export function requirePermissions(config: Config): void {
  const needs = requiredPermissions(config);
  const missing = needs.find(({ state, optional }) => !optional && state !== "granted");
  if (!missing) return;
  const why = missing.state === "denied" ? "a --deny flag forbids it" : "Deno does not permit it";
  throw new StartError(
    `Cannot ${missing.what}: ${why}; start with ${denoCommand(permissionsFor(needs))}`,
  );
}

/** The flags of Deno for these permissions, as `--allow-read=cert.pem,key.pem`. */
function permissionsFor(needs: RequiredPermission[]): string[] {
  return (["read", "write"] as const).flatMap((kind) => {
    const paths = needs.filter((need) => need.kind === kind).map(({ path }) => path);
    return paths.length > 0 ? [`--allow-${kind}=${[...new Set(paths)].join(",")}`] : [];
  });
}

function requiredPermissions(config: Config): RequiredPermission[] {
  const { host, port, httpHost, httpPort, tls, output } = config;
  const directory = config.record ?? config.recordOnDemand;
  return [
    listenPermission("RTMP", host, port),
    ...tls ? [listenPermission("RTMPS", host, tls.port)] : [],
    ...httpPort === undefined ? [] : [listenPermission("HTTP", httpHost, httpPort)],
    ...tls
      ? [tls.certFile, tls.keyFile].map((file) => filePermission("read", file, `read ${file}`))
      : [],
    ...directory === undefined ? [] : recordPermissions(directory),
    ...output === undefined || output === "-"
      ? []
      : [filePermission("write", output, `write to ${output}`)],
  ];
}

function listenPermission(protocol: string, host: string, port: number): RequiredPermission {
  return { what: `listen for ${protocol} on ${host}:${port}`, state: netPermission(host, port) };
}

/**
 * Permissions for files. New files need only the permission to write; unfinished files of an earlier
 * server need the permission to read too.
 */
function recordPermissions(directory: string): RequiredPermission[] {
  const what = `record into ${directory}`;
  return [
    { ...filePermission("read", directory, what), optional: true },
    filePermission("write", directory, what),
  ];
}

function filePermission(kind: "read" | "write", path: string, what: string): RequiredPermission {
  const { state } = Deno.permissions.querySync({ name: kind, path });
  return { what, kind, path, state };
}
