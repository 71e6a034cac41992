/**
 * The table of the server's flags, from which the parser, its types, `--help` and `docs/flags.md` are
 * made.
 *
 * @module
 */

import { DEFAULT_MEDIA_BYTES } from "../../channel/media_budget.ts";
import { LARGEST_MESSAGE } from "../../chunk/chunk.ts";
import type { Flag } from "./flag.ts";
import { LOG_LEVELS } from "./log.ts";
import { app, integer, notEmpty, oneOf, port, portOrOff, relay } from "./values.ts";

/** The flags, by their names without the dashes. */
export const FLAGS = {
  "host": {
    topic: "listen",
    placeholder: "ADDRESS",
    default: "0.0.0.0",
    help: "where RTMP listens; :: for IPv6 too",
    read: notEmpty,
  },
  "port": {
    topic: "listen",
    placeholder: "PORT",
    default: "1935",
    help: "where RTMP listens; 0 picks a free port, which is printed",
    read: port,
  },
  "http-host": {
    topic: "listen",
    placeholder: "ADDRESS",
    otherwise: "as --host",
    help: "where HTTP listens",
    read: notEmpty,
  },
  "http-port": {
    topic: "listen",
    placeholder: "PORT|off",
    default: "8080",
    help: "where HTTP listens; 0 picks a free port; off for no HTTP",
    read: portOrOff,
  },
  "rtmps-port": {
    topic: "listen",
    placeholder: "PORT",
    help: "where RTMPS listens; needs --tls-cert and --tls-key",
    more: "publishing.md#rtmps",
    read: port,
  },
  "tls-cert": {
    topic: "listen",
    placeholder: "FILE",
    help: "the certificate of RTMPS (PEM); read again when it changes",
    permissions: "--allow-read=FILE",
    read: notEmpty,
  },
  "tls-key": {
    topic: "listen",
    placeholder: "FILE",
    help: "the private key of the certificate (PEM)",
    permissions: "--allow-read=FILE",
    read: notEmpty,
  },
  "app": {
    topic: "access",
    placeholder: "APP",
    otherwise: "any",
    help: "accept only this app",
    read: app,
  },
  "stream-key": {
    topic: "access",
    placeholder: "KEY|env",
    otherwise: "anyone may publish",
    help: "publishers must publish as name?key=KEY",
    more: "keys.md#the-stream-key",
    secret: true,
    read: notEmpty,
  },
  "api-token": {
    topic: "access",
    placeholder: "TOKEN|env",
    otherwise: "made and printed if HTTP listens beyond loopback",
    help: "required by API calls that modify state",
    more: "keys.md#the-api-token",
    secret: true,
    read: notEmpty,
  },
  "record": {
    topic: "record",
    placeholder: "DIR",
    help: "record every publication into DIR/<app>/<name>-<time>.flv",
    more: "recording.md",
    permissions: "--allow-read=DIR --allow-write=DIR",
    read: notEmpty,
  },
  "record-on-demand": {
    topic: "record",
    placeholder: "DIR",
    help: "record on request of the page or the API, into the same paths",
    more: "recording.md#what-is-asked-for",
    permissions: "--allow-read=DIR --allow-write=DIR",
    read: notEmpty,
  },
  "output": {
    topic: "record",
    placeholder: "FILE|-",
    help: "write one publication to a file or to standard output, then exit",
    more: "recording.md#into-a-pipe",
    permissions: "--allow-write=FILE",
    read: notEmpty,
  },
  "loop": {
    topic: "record",
    help: "with --output: continue with the next publication",
  },
  "push": {
    topic: "relay",
    placeholder: "STREAM=URL|env",
    help: "send a stream to another server, as live/demo=rtmp://host/app/name",
    more: "flags.md#sending-on-and-bringing-in",
    repeatable: true,
    secret: true,
    read: relay,
  },
  "pull": {
    topic: "relay",
    placeholder: "STREAM=URL|env",
    help: "fetch a stream from another server while it has viewers",
    more: "flags.md#sending-on-and-bringing-in",
    repeatable: true,
    secret: true,
    read: relay,
  },
  "pull-always": {
    topic: "relay",
    placeholder: "STREAM=URL|env",
    help: "fetch a stream from another server all the time",
    more: "flags.md#sending-on-and-bringing-in",
    repeatable: true,
    secret: true,
    read: relay,
  },
  "timeout": {
    topic: "limits",
    placeholder: "SECONDS",
    default: "30",
    help: "disconnect silent publishers and stalled viewers after this time",
    read: integer(1, 86_400),
  },
  "max-connections": {
    topic: "limits",
    placeholder: "N",
    default: "1000",
    help: "RTMP connections at once",
    read: integer(1, 1_000_000),
  },
  "max-http-connections": {
    topic: "limits",
    placeholder: "N",
    default: "1000",
    help: "HTTP connections at once, including viewers",
    read: integer(1, 1_000_000),
  },
  "max-http-connections-per-address": {
    topic: "limits",
    placeholder: "N",
    default: "500",
    help: "HTTP connections at once from one address",
    more: "operating.md#limits",
    read: integer(1, 1_000_000),
  },
  "chunk-size": {
    topic: "limits",
    placeholder: "BYTES",
    default: "65536",
    help: "the chunk size that is announced to peers",
    read: integer(1, LARGEST_MESSAGE),
  },
  "max-message-size": {
    topic: "limits",
    placeholder: "BYTES",
    default: String(LARGEST_MESSAGE),
    help: "the largest message that is accepted",
    read: integer(1024, LARGEST_MESSAGE),
  },
  "max-media-memory": {
    topic: "limits",
    placeholder: "MIB",
    default: String(DEFAULT_MEDIA_BYTES / 2 ** 20),
    help: "memory for media that is kept for new and slow viewers",
    read: integer(1, 2 ** 20),
  },
  "allow-lossless-viewers": {
    topic: "limits",
    help: "let viewers hold the publisher back with ?mode=lossless",
  },
  "log-level": {
    topic: "log",
    placeholder: "LEVEL",
    default: "info",
    help: `log this level and above: ${LOG_LEVELS.join(", ")}`,
    more: "operating.md#logs",
    read: oneOf(LOG_LEVELS),
  },
  "json": {
    topic: "log",
    help: "log every line as a JSON object",
    more: "operating.md#logs",
  },
  "help": {
    topic: "about",
    help: "print this help; -h does the same",
  },
  "version": {
    topic: "about",
    help: "print the version",
  },
} as const satisfies Record<string, Flag>;

/** The name of a flag. */
export type FlagName = keyof typeof FLAGS;

/** The value of a flag: for a switch, whether it was given; otherwise the result of `read`. */
export type FlagValue<N extends FlagName> = typeof FLAGS[N] extends
  { read: (text: string, from: string) => infer T }
  ? typeof FLAGS[N] extends { repeatable: true } ? T[]
  : typeof FLAGS[N] extends { default: string } ? T
  : T | undefined
  : boolean;
