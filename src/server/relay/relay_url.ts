/**
 * The URL of a stream on another server, parts of which are secret.
 *
 * @module
 */

import { requireNetPermission } from "../../net/net_permission.ts";
import type { RtmpClientOptions } from "../../client/connect.ts";
import { checkHost } from "../../net/permitted_addresses.ts";
import { parseRtmpUrl, type RtmpTargetOptions } from "../../client/url.ts";

/** The shortest text that is redacted, in characters: a shorter one may be an ordinary word. */
const SHORTEST_SECRET = 4;

/** The options of a relay beside its URL. */
export interface RelayOptions extends RtmpTargetOptions {
  /** Decides which addresses its host may have; without it, all are permitted. */
  permitAddress?: NonNullable<RtmpClientOptions["permitAddress"]>;
}

/**
 * A relay's URL that can be logged without its secrets: user, password, parameters, and the stream's
 * name, which is the key on many platforms. Other servers repeat them in their refusals.
 */
export class RelayUrl {
  /** The URL with its secrets. */
  readonly href: string;
  /** The options beside it. */
  readonly options: RelayOptions;
  /** The URL without its secrets, as `rtmp://host:1935/app/…`. */
  readonly shown: string;
  readonly #address: { hostname: string; port: number };
  readonly #secrets: string[];

  /**
   * Parses the URL.
   *
   * @param options The application and the stream's name, where the URL does not say them, and which
   * addresses are permitted.
   * @throws {TypeError} If it is not an RTMP URL, or names no application or no stream.
   */
  constructor(href: string, options: RelayOptions = {}) {
    const target = parseRtmpUrl(href, options);
    const { secure, hostname, port, hostAndApp, app, streamName, credentials } = target;
    this.#address = { hostname, port };
    this.href = href;
    this.options = options;
    this.shown = `${secure ? "rtmps" : "rtmp"}://${hostAndApp}/…`;
    const parts = [app.slice(app.indexOf("?") + 1 || app.length), streamName]
      .flatMap((text) => [text, ...text.split(/[?&=/]/)]);
    const { user = "", password = "" } = credentials ?? {};
    this.#secrets = [...parts, user, password].flatMap(spellings)
      .filter(({ length }) => length >= SHORTEST_SECRET)
      .sort((a, b) => b.length - a.length);
  }

  /** The host, without brackets. */
  get hostname(): string {
    return this.#address.hostname;
  }

  /**
   * Checks that Deno permits a connection to its host.
   *
   * @throws {Deno.errors.NotCapable} If it does not; the message names the flag.
   */
  requirePermission(): void {
    const { hostname, port } = this.#address;
    requireNetPermission(`connect to ${this.shown}`, hostname, port);
  }

  /**
   * Checks that its host resolves only to permitted addresses.
   *
   * @throws {RtmpError} If it resolves to another one.
   */
  async checkAddresses(): Promise<void> {
    const { permitAddress } = this.options;
    if (!permitAddress) return;
    await checkHost(`connect to ${this.shown}`, this.hostname, permitAddress);
  }

  /** Replaces the secrets of the URL in a text. */
  redact(text: string): string {
    return this.#secrets.reduce((text, secret) => text.replaceAll(secret, "…"), text);
  }
}

/** The spellings of a part of a URL: as given, decoded and encoded. */
function spellings(part: string): string[] {
  try {
    return [part, decodeURIComponent(part), encodeURIComponent(part)];
  } catch (error) {
    if (error instanceof URIError) return [part];
    throw error;
  }
}
