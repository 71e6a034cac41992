/**
 * The URL of a stream on another server, which is often half made of secrets.
 *
 * @module
 */

import { requireNetPermission } from "../../net/net_permission.ts";
import type { RtmpClientOptions } from "../../client/connect.ts";
import { checkHost } from "../../net/permitted_addresses.ts";
import { parseRtmpUrl, type RtmpTargetOptions } from "../../client/url.ts";

/** Characters of the shortest text that is taken for a secret: less cannot be told from words. */
const SHORTEST_SECRET = 4;

/** What is given beside the URL of a relay. */
export interface RelayOptions extends RtmpTargetOptions {
  /** Decides which addresses its host may have; without it, all. */
  permitAddress?: NonNullable<RtmpClientOptions["permitAddress"]>;
}

/**
 * What of a relay's URL may be shown. User, password and parameters may not, nor may the stream's
 * name, which is the key on many platforms. Other servers repeat them in their refusals.
 */
export class RelayUrl {
  /** The URL as it is. */
  readonly href: string;
  /** What was given beside it. */
  readonly options: RelayOptions;
  /** Where it leads, as `rtmp://host:1935/app/…`. */
  readonly shown: string;
  readonly #address: { hostname: string; port: number };
  readonly #secrets: string[];

  /**
   * Takes it apart.
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

  /** The host that it leads to, without brackets. */
  get hostname(): string {
    return this.#address.hostname;
  }

  /**
   * Checks that Deno permits to connect there.
   *
   * @throws {Deno.errors.NotCapable} If not; the message names the flag.
   */
  requirePermission(): void {
    const { hostname, port } = this.#address;
    requireNetPermission(`connect to ${this.shown}`, hostname, port);
  }

  /**
   * Checks that its host leads to permitted addresses alone.
   *
   * @throws {RtmpError} If not.
   */
  async checkReach(): Promise<void> {
    const { permitAddress } = this.options;
    if (!permitAddress) return;
    await checkHost(`connect to ${this.shown}`, this.hostname, permitAddress);
  }

  /** A text without what is secret in the URL. */
  redact(text: string): string {
    return this.#secrets.reduce((text, secret) => text.replaceAll(secret, "…"), text);
  }
}

/** A part of a URL as it stands there and as it is meant. */
function spellings(part: string): string[] {
  try {
    return [part, decodeURIComponent(part), encodeURIComponent(part)];
  } catch (error) {
    if (error instanceof URIError) return [part];
    throw error;
  }
}
