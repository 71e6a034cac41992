/**
 * The command line of the server.
 *
 * @module
 */

import { parseArgs } from "node:util";
import denoJson from "../../deno.json" with { type: "json" };
import { LARGEST_MESSAGE } from "../chunk/chunk.ts";
import { parseRtmpUrl } from "../client/url.ts";
import { LOG_LEVELS, type LogLevel } from "./log.ts";

/** The version of this package. */
export const VERSION: string = denoJson.version;

/** What `--help` prints. */
export const HELP = `Sluice ${VERSION}: takes live video in over RTMP and hands it on.

Usage: deno run --allow-net jsr:@sluice/rtmp/server [options]

  --host ADDRESS           where RTMP listens (0.0.0.0)
  --port PORT              where RTMP listens; 0 picks a free port (1935)
  --http-host ADDRESS      where HTTP listens (as --host)
  --http-port PORT|off     where HTTP listens; 0 picks a free port (8080)
  --record DIR             write every publication into DIR/<app>/<name>-<time>.flv
                           (needs --allow-read=DIR --allow-write=DIR)
  --record-on-demand DIR   write those that are asked for over HTTP, into the same place
                           (needs the same)
  --output FILE|-          write one publication into a file or to standard output, then end
                           (a file needs --allow-write=FILE)
  --loop                   with --output: go on with the next publication
  --allow-lossless-viewers let viewers hold the publisher back with ?mode=lossless
  --app APP                accept only this app
  --stream-key KEY         publishers must ask for name?key=KEY; or SLUICE_STREAM_KEY
                           (the variable needs --allow-env=SLUICE_STREAM_KEY)
  --rtmps-port PORT        RTMPS on a port of its own; with --tls-cert and --tls-key
  --tls-cert FILE          certificate (PEM); taken up again when the file changes
  --tls-key FILE           its private key (PEM) (both need --allow-read=FILE)
  --push STREAM=URL        send a stream on, as live/demo=rtmp://host/app/name; repeatable
  --pull STREAM=URL        bring a stream in when somebody wants it; repeatable
  --pull-always STREAM=URL bring a stream in all the time; repeatable
  --api-token TOKEN        for whatever changes something over HTTP; or SLUICE_API_TOKEN
                           (made and printed when HTTP listens beyond loopback)
  --timeout SECONDS        for a publisher that sends nothing, a viewer that takes nothing (30)
  --max-connections N      RTMP connections at once (1000)
  --max-http-connections N HTTP connections at once, viewers among them (1000)
  --chunk-size BYTES       the chunk size that is announced (65536)
  --max-message-size BYTES the largest message that is accepted (16777215)
  --log-level LEVEL        ${LOG_LEVELS.join(", ")} (info)
  --json                   log lines as JSON
  --help, --version
`;

/** A stream here and its other end elsewhere. */
export interface RelayConfig {
  stream: string;
  url: string;
}

/** What the server is told to do. */
export interface Config {
  host: string;
  port: number;
  httpHost: string;
  /** `undefined` for no HTTP. */
  httpPort: number | undefined;
  /** Where every publication is recorded. */
  record: string | undefined;
  /** Where those are recorded that are asked for; not with `record`, which allows it as well. */
  recordOnDemand: string | undefined;
  /** A file, or `-` for standard output. */
  output: string | undefined;
  /** Whether `output` goes on with another publication after the first. */
  loop: boolean;
  allowLosslessViewers: boolean;
  app: string | undefined;
  streamKey: string | undefined;
  apiToken: string | undefined;
  pushes: RelayConfig[];
  pulls: (RelayConfig & { always: boolean })[];
  /** `undefined` for no RTMPS. */
  tls: { port: number; certFile: string; keyFile: string } | undefined;
  /** In milliseconds. */
  timeout: number;
  /** RTMP connections at once. */
  maxConnections: number;
  /** HTTP connections at once. */
  maxHttpConnections: number;
  chunkSize: number;
  maxMessageSize: number;
  logLevel: LogLevel;
  json: boolean;
}

/** A flag that makes no sense; the message is one sentence for the user. */
export class ConfigError extends Error {}

const OPTIONS = {
  "host": { type: "string", default: "0.0.0.0" },
  "port": { type: "string", default: "1935" },
  "http-host": { type: "string" },
  "http-port": { type: "string", default: "8080" },
  "record": { type: "string" },
  "record-on-demand": { type: "string" },
  "output": { type: "string" },
  "loop": { type: "boolean", default: false },
  "allow-lossless-viewers": { type: "boolean", default: false },
  "app": { type: "string" },
  "stream-key": { type: "string" },
  "rtmps-port": { type: "string" },
  "tls-cert": { type: "string" },
  "tls-key": { type: "string" },
  "api-token": { type: "string" },
  "push": { type: "string", multiple: true, default: [] as string[] },
  "pull": { type: "string", multiple: true, default: [] as string[] },
  "pull-always": { type: "string", multiple: true, default: [] as string[] },
  "timeout": { type: "string", default: "30" },
  "max-connections": { type: "string", default: "1000" },
  "max-http-connections": { type: "string", default: "1000" },
  "chunk-size": { type: "string", default: "65536" },
  "max-message-size": { type: "string", default: String(LARGEST_MESSAGE) },
  "log-level": { type: "string", default: "info" },
  "json": { type: "boolean", default: false },
  "help": { type: "boolean", default: false },
  "version": { type: "boolean", default: false },
} as const;

/**
 * Reads the command line.
 *
 * @returns The configuration, or what to print instead of starting.
 * @throws {ConfigError} If a flag is unknown or its value makes no sense.
 */
export function readConfig(args: string[]): Config | { print: string } {
  const flags = parseFlags(args);
  if (flags.help) return { print: HELP };
  if (flags.version) return { print: `${VERSION}\n` };
  const httpPort = flags["http-port"];
  return {
    host: flags.host,
    port: integer("--port", flags.port, 0, 65_535),
    httpHost: flags["http-host"] ?? flags.host,
    httpPort: httpPort === "off" ? undefined : integer("--http-port", httpPort, 0, 65_535),
    record: notEmpty("--record", flags.record),
    recordOnDemand: readRecordOnDemand(flags),
    output: notEmpty("--output", flags.output),
    loop: readLoop(flags),
    allowLosslessViewers: flags["allow-lossless-viewers"],
    app: notEmpty("--app", flags.app),
    streamKey: secret("--stream-key", flags["stream-key"], "SLUICE_STREAM_KEY"),
    apiToken: secret("--api-token", flags["api-token"], "SLUICE_API_TOKEN"),
    pushes: flags.push.map((text) => readRelay("--push", text)),
    pulls: [
      ...flags.pull.map((text) => ({ ...readRelay("--pull", text), always: false })),
      ...flags["pull-always"].map((text) => ({
        ...readRelay("--pull-always", text),
        always: true,
      })),
    ],
    tls: readTls(flags),
    timeout: 1000 * integer("--timeout", flags.timeout, 1, 86_400),
    maxConnections: integer("--max-connections", flags["max-connections"], 1, 1_000_000),
    maxHttpConnections: integer(
      "--max-http-connections",
      flags["max-http-connections"],
      1,
      1_000_000,
    ),
    chunkSize: integer("--chunk-size", flags["chunk-size"], 1, LARGEST_MESSAGE),
    maxMessageSize: integer("--max-message-size", flags["max-message-size"], 1024, LARGEST_MESSAGE),
    logLevel: oneOf("--log-level", flags["log-level"], LOG_LEVELS),
    json: flags.json,
  };
}

function parseFlags(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ConfigError(`${error.message.split(". ")[0]}; see --help`, { cause: error });
  }
}

/** A stream and a URL, as `live/demo=rtmp://host/app/name`. */
function readRelay(flag: string, text: string): RelayConfig {
  const [, stream, url] = /^([^=]*\/[^=]*)=(rtmps?:\/\/.+)$/.exec(text) ?? [];
  if (!stream || !url) throw new ConfigError(`${flag} must be as live/demo=rtmp://host/app/name`);
  try {
    parseRtmpUrl(url);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ConfigError(`${flag}: ${error.message}`, { cause: error });
  }
  return { stream, url };
}

function readRecordOnDemand(flags: ReturnType<typeof parseFlags>): string | undefined {
  const { record, "record-on-demand": directory } = flags;
  if (record === undefined || directory === undefined) {
    return notEmpty("--record-on-demand", directory);
  }
  throw new ConfigError("--record-on-demand does not go with --record, which records everything");
}

function readLoop({ loop, output }: ReturnType<typeof parseFlags>): boolean {
  if (loop && output === undefined) throw new ConfigError("--loop goes with --output");
  return loop;
}

/** A flag, or the variable that can stand for it without being seen in a list of processes. */
function secret(flag: string, given: string | undefined, variable: string): string | undefined {
  return given === undefined ? notEmpty(variable, environment(variable)) : notEmpty(flag, given);
}

/** All three flags of RTMPS, or none. */
function readTls(flags: ReturnType<typeof parseFlags>): Config["tls"] {
  const { "rtmps-port": port, "tls-cert": certFile, "tls-key": keyFile } = flags;
  if (port === undefined && certFile === undefined && keyFile === undefined) return undefined;
  if (port === undefined || !certFile || !keyFile) {
    throw new ConfigError("RTMPS needs --rtmps-port, --tls-cert and --tls-key, all three");
  }
  return { port: integer("--rtmps-port", port, 0, 65_535), certFile, keyFile };
}

function integer(flag: string, text: string, lowest: number, highest: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= lowest && value <= highest) return value;
  throw new ConfigError(`${flag} must be a whole number from ${lowest} to ${highest}, not ${text}`);
}

function oneOf<T extends string>(flag: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((choice) => choice === text);
  if (choice) return choice;
  throw new ConfigError(`${flag} must be one of ${choices.join(", ")}, not ${text}`);
}

function notEmpty(flag: string, text: string | undefined): string | undefined {
  if (text === "") throw new ConfigError(`${flag} must not be empty`);
  return text;
}

/** A variable that we may not read is one that was not set. */
function environment(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}
