/**
 * The server as a program.
 *
 * ```sh
 * deno run --allow-net jsr:@sluice/rtmp/server
 * ```
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { type App, startApp } from "./app.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { startLog } from "./log.ts";

/** How long everything may take to end in an orderly way, in milliseconds. */
const SHUTDOWN_PATIENCE = 10_000;

/** Ctrl-C under `deno task` arrives twice at once; a person's second one comes later, in milliseconds. */
const IMPATIENCE = 500;

const log = getLogger(["sluice", "server"]);

async function main(args: string[]): Promise<void> {
  try {
    const config = readConfig(args);
    if ("print" in config) {
      return void await Deno.stdout.write(new TextEncoder().encode(config.print));
    }
    await startLog(config.logLevel, config.json);
    const app = await startApp(config);
    announce(app, config);
    endOnSignal(app);
    endWithOutput(app);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    Deno.stderr.writeSync(new TextEncoder().encode(`${error.message}\n`));
    Deno.exit(1);
  }
}

function announce({ rtmp, http, apiToken }: App, config: Config): void {
  const { host, httpHost, streamKey } = config;
  const key = streamKey === undefined ? "" : "?key=…";
  log.info("Publish to {url}", {
    url: `rtmp://${reachable(host)}:${rtmp.addr.port}/live/demo${key}`,
  });
  if (rtmp.tlsAddr) {
    log.info("Publish to {url}", {
      url: `rtmps://${reachable(host)}:${rtmp.tlsAddr.port}/live/demo${key}`,
    });
  }
  if (streamKey === undefined) log.info("Anybody may publish: {why}", { why: whyNoKey() });
  if (!http) return;
  if (apiToken !== undefined && apiToken !== config.apiToken) {
    // Not through the log, which may be kept: whoever has it can end streams.
    Deno.stderr.writeSync(new TextEncoder().encode(`API token: ${apiToken}\n`));
  }
  log.info("See what is live at {url}", { url: `http://${reachable(httpHost)}:${http.port}/` });
  log.info("Watch {url}", { url: `http://${reachable(httpHost)}:${http.port}/live/demo.flv` });
}

/** Whoever has set the variable and forgotten the permission would think that there is a key. */
function whyNoKey(): string {
  const variable = "SLUICE_STREAM_KEY";
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  const unread = `, and ${variable} cannot be read without --allow-env=${variable}`;
  return `there is no --stream-key${state === "granted" ? "" : unread}`;
}

/** An address that a person on this machine can type in. */
function reachable(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

function endOnSignal(app: App): void {
  let first: number | undefined;
  const end = () => {
    if (first !== undefined) {
      if (performance.now() - first > IMPATIENCE) Deno.exit(130);
      return;
    }
    first = performance.now();
    log.info("Ending: publishers are told, recordings are completed");
    void endApp(app, 0);
  };
  Deno.addSignalListener("SIGINT", end);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", end);
}

/** `--output` has what it is for, or cannot be written to. */
function endWithOutput(app: App): void {
  app.output?.then(() => endApp(app, 0), (error: Error) => {
    log.error("{error}", { error: error.message });
    return endApp(app, 1);
  });
}

async function endApp(app: App, code: number): Promise<void> {
  setTimeout(() => {
    log.error("Cannot end in an orderly way within {seconds} s", {
      seconds: SHUTDOWN_PATIENCE / 1000,
    });
    Deno.exit(1);
  }, SHUTDOWN_PATIENCE);
  await app.shutdown();
  Deno.exit(code);
}

if (import.meta.main) await main(Deno.args);
