/**
 * What a peer says of itself in `connect`, and what is made of it.
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

/** Characters of what a peer calls itself that are kept. */
const MAX_FLASH_VER_LENGTH = 256;

/** A connection that has said `connect` (RTMP 1.0, section 7.2.1.1). */
export class NetConnection {
  /** The application as the peer wrote it, and the parameters after it. */
  readonly #app: ParsedName;
  /** The URL that the peer says it connected to. */
  readonly tcUrl: string;
  /** What the peer calls itself. */
  readonly flashVer: string;
  /** What it has announced of Enhanced RTMP. */
  readonly capabilities: Capabilities;
  /** The relays that it says its streams have passed, or wait for them. */
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

  /** The answer that admits the peer. A peer that announces capabilities is told ours. */
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
   * The stream that a name in a command stands for, with the parameters of all the places they can
   * stand in; or why it stands for none.
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
   * The path that a name in a command stands for; or why it stands for none.
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
