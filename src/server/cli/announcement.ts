/**
 * What the server says when it has started: where to publish, where to watch, and what to know.
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

/** Says it, in the log; the API token alone is not in the log, which may be kept. */
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

/** How a phone gets here, where more than this machine does. */
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

/** Variables without which the server is open to others. */
const ACCESS_VARIABLES = [variableOf("stream-key"), variableOf("api-token")];

/**
 * A key that is set and not seen would leave the server open without a word. It is no warning where
 * only this machine can use the server: by RTMP on loopback, without HTTP that pages in its browsers
 * could reach.
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

/** An address that a person on this machine can type in. */
function reachable(host: string): string {
  return isUnspecified(host) ? "127.0.0.1" : urlHost(host);
}
