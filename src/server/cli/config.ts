/**
 * The configuration of the server, from the command line and from variables.
 *
 * @module
 */

import { MAX_PUSHES } from "../relay/pushes.ts";
import type { PullConfig, RelayConfig } from "../relay/relay_config.ts";
import { VERSION } from "../../version.ts";
import { type GivenFlags, parseArguments } from "./command_line.ts";
import type { Flag } from "./flag.ts";
import { type FlagName, FLAGS, type FlagValue } from "./flags.ts";
import { HELP } from "./help.ts";
import type { LogLevel } from "./log.ts";
import { ConfigError } from "./start_error.ts";
import { FROM_VARIABLE, isReadable, requireVariable, variableOf } from "./variables.ts";

/** The configuration of the server. */
export interface Config {
  host: string;
  port: number;
  httpHost: string;
  /** `undefined` for no HTTP. */
  httpPort: number | undefined;
  /** The directory in which every publication is recorded. */
  record: string | undefined;
  /** The directory of recordings on request, without `record`, which allows them as well. */
  recordOnDemand: string | undefined;
  /** A file, or `-` for standard output. */
  output: string | undefined;
  /** Whether `output` continues with the next publication. */
  loop: boolean;
  allowLosslessViewers: boolean;
  app: string | undefined;
  streamKey: string | undefined;
  apiToken: string | undefined;
  pushes: RelayConfig[];
  pulls: PullConfig[];
  /** `undefined` for no RTMPS. */
  tls: { port: number; certFile: string; keyFile: string } | undefined;
  /** In milliseconds. */
  timeout: number;
  /** RTMP connections at once. */
  maxConnections: number;
  /** HTTP connections at once. */
  maxHttpConnections: number;
  /** HTTP connections at once from one address. */
  maxHttpConnectionsPerAddress: number;
  /** In bytes. */
  chunkSize: number;
  /** In bytes. */
  maxMessageSize: number;
  /** Mebibytes of media that are kept for newcomers and slow viewers. */
  maxMediaMemory: number;
  logLevel: LogLevel;
  json: boolean;
  /** Variables that may hold a secret, but that Deno does not permit to read. */
  unreadVariables: string[];
}

/**
 * Reads the command line, and the variables of secret flags that are not on it.
 *
 * @returns The configuration, or a text to print instead of starting.
 * @throws {ConfigError} If a flag is unknown, its value is invalid, or its variable is missing.
 */
export function readConfig(args: string[]): Config | { print: string } {
  const given = parseArguments(args);
  if (given.has("help")) return { print: HELP };
  if (given.has("version")) return { print: `${VERSION}\n` };
  const values = readValues(given);
  const { "http-port": httpPort } = values;
  checkTogether(given, values);
  return {
    host: values.host,
    port: values.port,
    httpHost: values["http-host"] ?? values.host,
    httpPort: httpPort === "off" ? undefined : httpPort,
    record: values.record,
    recordOnDemand: values["record-on-demand"],
    output: values.output,
    loop: values.loop,
    allowLosslessViewers: values["allow-lossless-viewers"],
    app: values.app,
    streamKey: values["stream-key"],
    apiToken: values["api-token"],
    pushes: values.push,
    pulls: [
      ...values.pull.map((relay) => ({ ...relay, always: false })),
      ...values["pull-always"].map((relay) => ({ ...relay, always: true })),
    ],
    tls: readTls(values),
    timeout: 1000 * values.timeout,
    maxConnections: values["max-connections"],
    maxHttpConnections: values["max-http-connections"],
    maxHttpConnectionsPerAddress: values["max-http-connections-per-address"],
    chunkSize: values["chunk-size"],
    maxMessageSize: values["max-message-size"],
    maxMediaMemory: values["max-media-memory"],
    logLevel: values["log-level"],
    json: values.json,
    unreadVariables: FLAG_NAMES.filter((name) => isUnread(name, given))
      .filter((name) => name !== "api-token" || httpPort !== "off").map(variableOf),
  };
}

type Values = { [N in FlagName]: FlagValue<N> };

const FLAG_NAMES = Object.keys(FLAGS) as FlagName[];

function readValues(given: GivenFlags): Values {
  return Object.fromEntries(FLAG_NAMES.map((name) => [name, readValue(name, given)])) as Values;
}

function readValue(name: FlagName, given: GivenFlags): unknown {
  const { read, repeatable, default: defaultText }: Flag = FLAGS[name];
  if (!read) return given.has(name);
  const values = textsOf(name, given).map(({ text, from }) => read(text, from));
  if (repeatable) return values;
  return values.length > 0 ? values.at(-1) : defaultText && read(defaultText, `--${name}`);
}

/** The text of a flag, and its source for messages. */
interface Text {
  text: string;
  from: string;
}

/** The texts of a flag, from the command line or else from its variable. */
function textsOf(name: FlagName, given: GivenFlags): Text[] {
  const { secret }: Flag = FLAGS[name];
  const texts = given.get(name);
  if (!secret) return (texts ?? []).map((text) => ({ text, from: `--${name}` }));
  const variable = variableOf(name);
  if (texts === undefined) {
    const text = isReadable(variable) ? Deno.env.get(variable) : undefined;
    return text === undefined ? [] : splitVariable(name, text);
  }
  return texts.flatMap((text) =>
    text === FROM_VARIABLE
      ? splitVariable(name, requireVariable(name))
      : [{ text, from: `--${name}` }]
  );
}

/** Splits a variable into texts: the values of a repeatable flag are separated by spaces. */
function splitVariable(name: FlagName, text: string): Text[] {
  const { repeatable }: Flag = FLAGS[name];
  const texts = repeatable ? text.split(/\s+/).filter((part) => part !== "") : [text];
  return texts.map((text) => ({ text, from: variableOf(name) }));
}

/** Whether a variable would be used if Deno permitted to read it. */
function isUnread(name: FlagName, given: GivenFlags): boolean {
  const { secret }: Flag = FLAGS[name];
  return secret === true && !given.has(name) && !isReadable(variableOf(name));
}

/** Checks flags that need or exclude each other. */
function checkTogether(given: GivenFlags, values: Values): void {
  if (given.has("record") && given.has("record-on-demand")) {
    throw new ConfigError("--record-on-demand does not go with --record, which records everything");
  }
  if (given.has("loop") && !given.has("output")) throw new ConfigError("--loop goes with --output");
  if (values["rtmps-port"] === values.port && values.port !== 0) {
    throw new ConfigError("--rtmps-port must be another one than --port");
  }
  if (values.push.length > MAX_PUSHES) {
    throw new ConfigError(`--push: there are ${values.push.length}, limit ${MAX_PUSHES}`);
  }
}

/** Reads the flags of RTMPS: all three, or none. */
function readTls(values: Values): Config["tls"] {
  const { "rtmps-port": port, "tls-cert": certFile, "tls-key": keyFile } = values;
  if (port === undefined && certFile === undefined && keyFile === undefined) return undefined;
  if (port === undefined || certFile === undefined || keyFile === undefined) {
    throw new ConfigError("RTMPS needs --rtmps-port, --tls-cert and --tls-key, all three");
  }
  return { port, certFile, keyFile };
}
