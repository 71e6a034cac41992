/**
 * The facts about a peer from its `connect` command.
 *
 * @module
 */

import { type Command, writeCommand } from "../../message/command.ts";
import type { RtmpMessage } from "../../message/message.ts";
import { type Capabilities, localCapabilities, readCapabilities } from "../capabilities.ts";
import type { StreamRequest } from "../../publication/publication.ts";
import type { Refusal } from "../../publication/refusal.ts";
import { StatusCode } from "../status.ts";
import { type ParsedName, parseName } from "./stream_name.ts";
import { type StreamPath, streamPath } from "../../publication/stream_path.ts";
import { readVia, VIA } from "../via.ts";

/** The longest part of a peer's name for itself that is kept, in characters. */
const MAX_FLASH_VER_LENGTH = 256;

/** The peer of a connection after `connect` (RTMP 1.0, section 7.2.1.1). */
export class NetConnection {
  /** The app and its parameters, as the peer wrote them. */
  readonly #app: ParsedName;
  /** The URL that the peer says it connected to. */
  readonly tcUrl: string;
  /** The peer's name for itself. */
  readonly flashVer: string;
  /** The capabilities of Enhanced RTMP that it announced. */
  readonly capabilities: Capabilities;
  /** The ids of relays that it announced: its streams have passed them, or they wait for a stream. */
  readonly #via: readonly string[];
  readonly #objectEncoding: 0 | 3;
  readonly #outerParams: URLSearchParams[];
  readonly #maxNameLength: number;

  /**
   * Reads the command.
   *
   * @throws {RtmpLimitError} If a name in it is too long.
   */
  constructor({ object }: Command, maxNameLength: number) {
    const { app, tcUrl, flashVer, objectEncoding } = object ?? {};
    this.#app = parseName(text(app), maxNameLength);
    this.tcUrl = text(tcUrl);
    this.flashVer = text(flashVer).slice(0, MAX_FLASH_VER_LENGTH);
    this.capabilities = readCapabilities(object ?? {});
    this.#objectEncoding = objectEncoding === 3 ? 3 : 0;
    this.#outerParams = [this.#app.params, parseName(this.tcUrl, maxNameLength).params];
    this.#maxNameLength = maxNameLength;
    this.#via = readVia(object?.[VIA]);
  }

  /**
   * The answer that admits the peer. It has the server's capabilities if the peer announced its
   * own.
   */
  success({ transactionId }: Command): RtmpMessage {
    const properties = {
      fmsVer: "FMS/3,5,7,7009",
      capabilities: 31,
      mode: 1,
      ...this.capabilities.announced && localCapabilities(),
    };
    return writeCommand(0, "_result", transactionId, properties, {
      level: "status",
      code: StatusCode.ConnectSuccess,
      description: "Connection succeeded.",
      objectEncoding: this.#objectEncoding,
    });
  }

  /**
   * The request for the stream that a command names, or a refusal if the name is invalid. Its
   * parameters are those of the name, then those of the app and the URL.
   *
   * @throws {RtmpLimitError} If the name is too long.
   */
  request(
    kind: StreamRequest["kind"],
    streamName: unknown,
    remoteAddr: string,
  ): StreamRequest | Refusal {
    const path = this.path(streamName);
    if ("description" in path) return path;
    const { params } = parseName(text(streamName), this.#maxNameLength);
    for (const outer of this.#outerParams) {
      const inner = new Set(params.keys());
      for (const [key, value] of outer) if (!inner.has(key)) params.append(key, value);
    }
    const { tcUrl, flashVer } = this;
    return { kind, ...path, params, remoteAddr, tcUrl, flashVer, via: this.#via };
  }

  /**
   * The path of the stream that a command names, or a refusal if the name is invalid.
   *
   * @throws {RtmpLimitError} If the name is too long.
   */
  path(streamName: unknown): StreamPath | Refusal {
    const { name } = parseName(text(streamName), this.#maxNameLength);
    return streamPath(this.#app.name, name);
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
