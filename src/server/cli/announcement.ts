/**
 * The announcement after the start: where to publish and watch, and warnings.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { isLoopback } from "../../net/loopback.ts";
import type { Config } from "./config.ts";
import { HOW_TO_FIND_ADDRESS, isUnspecified, localAddresses, urlHost } from "./local_addresses.ts";
import { printLine } from "./log.ts";
import type { Running } from "./running.ts";
import { permissionFor, variableOf } from "./variables.ts";

/** The app in examples where the operator has not chosen one. */
const EXAMPLE_APP = "live";

const log = getLogger(["sluice", "server"]);

/** Logs the announcement. The API token is printed outside the log, which may be kept. */
export function announce(app: Running, config: Config): void {
  announcePublishing(app, config);
  warnOfVariables(config);
  if (app.http) announceHttp(app, config);
  announceOtherDevices(app, config);
}

function announcePublishing(
  { rtmp }: Running,
  { host, streamKey, app = EXAMPLE_APP }: Config,
): void {
  const stream = `${app}/demo${streamKey === undefined ? "" : "?key=KEY"}`;
  log.info("Publish to {url}", { url: `rtmp://${reachable(host)}:${rtmp.addr.port}/${stream}` });
  if (rtmp.tlsAddr) {
    const url = `rtmps://${reachable(host)}:${rtmp.tlsAddr.port}/${stream}`;
    log.info("Publish to {url}", { url });
  }
  if (streamKey === undefined) log.info("Anyone may publish: there is no --stream-key");
}

function announceHttp({ http, apiToken }: Running, config: Config): void {
  const { httpHost, app = EXAMPLE_APP, json } = config;
  const base = `http://${reachable(httpHost)}:${http!.port}`;
  if (apiToken !== undefined && apiToken !== config.apiToken) {
    log.info("To end or record a stream, the page and the API want this token, new at each start:");
    printLine(`API token: ${apiToken}`, { json, properties: { apiToken } });
  }
  log.info("See what is live at {url}", { url: `${base}/` });
  const path = app.split("/").map(encodeURIComponent).join("/");
  log.info("Watch {url}", { url: `${base}/${path}/demo.flv` });
}

/** Announces the addresses for other devices, if they can connect. */
function announceOtherDevices({ rtmp, http }: Running, config: Config): void {
  const { host, httpHost, app = EXAMPLE_APP } = config;
  const openHttp = http && isUnspecified(httpHost) ? http : undefined;
  if (!openHttp && !isUnspecified(host)) return;
  const addresses = localAddresses();
  if (addresses === undefined) {
    return log.info(
      `From other devices, use this machine's address in place of 127.0.0.1; ${HOW_TO_FIND_ADDRESS}`,
    );
  }
  for (const address of addresses) {
    const url = openHttp
      ? `http://${urlHost(address)}:${openHttp.port}/`
      : `rtmp://${urlHost(address)}:${rtmp.addr.port}/${app}/demo`;
    log.info("From other devices, use {address} in place of 127.0.0.1, as in {url}", {
      address,
      url,
    });
  }
}

/** The variables that restrict access to the server. */
const ACCESS_VARIABLES = [variableOf("stream-key"), variableOf("api-token")];

/**
 * Warns of variables that could not be read: with a key that is set but unread, the server is open.
 * It is no warning if only this machine can use the server: with RTMP on loopback, and without
 * HTTP, which pages in its browsers could reach.
 */
function warnOfVariables({ unreadVariables, host, httpPort }: Config): void {
  if (unreadVariables.length === 0) return;
  const isPrivate = isLoopback(host) && httpPort === undefined;
  const isLocked = !unreadVariables.some((variable) => ACCESS_VARIABLES.includes(variable));
  const level = isPrivate || isLocked ? "info" : "warn";
  log[level]("{variables} were not read: that takes {permission} before the program", {
    variables: unreadVariables.join(", "),
    permission: permissionFor(unreadVariables),
  });
}

/** The address of the server for programs on this machine. */
function reachable(host: string): string {
  return isUnspecified(host) ? "127.0.0.1" : urlHost(host);
}
