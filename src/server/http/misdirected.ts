/**
 * Clients that speak another protocol to the HTTP port.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { isTlsHello } from "../../handshake/packet.ts";
import type { HttpSocket } from "./http_socket.ts";

/** Minimum interval between two log lines about the same address, in milliseconds. */
const REPORT_INTERVAL = 60_000;

/** The most addresses that are remembered. */
const MAX_ADDRESSES = 1_000;

/** The first byte of RTMP and of RTMPE, its encrypted variant (RTMP 1.0, section 5.2.2). */
const RTMP_VERSIONS: readonly number[] = [3, 6];

/** The error for the client, by its protocol. */
const HINTS = {
  RTMP: "this is the port of HTTP: RTMP has a port of its own (--port)",
  TLS: "this port speaks HTTP without TLS: use http://, or a proxy in front of it for https://",
} as const;

const log = getLogger(["sluice", "http"]);

/** Identifies the protocol of misdirected clients, and logs it at most once a minute per address. */
export class Misdirected {
  /** When an address was last logged, by `performance.now()`. */
  readonly #reported = new Map<string, number>();

  /** The error for a client that speaks another protocol; undefined if the protocol is unknown. */
  hintFor(socket: HttpSocket): string | undefined {
    const protocol = protocolOf(socket.firstBytes);
    if (!protocol) return undefined;
    this.#report(socket, protocol);
    return HINTS[protocol];
  }

  #report(socket: HttpSocket, protocol: keyof typeof HINTS): void {
    const key = `${protocol} ${socket.network}`;
    const now = performance.now();
    if (now - (this.#reported.get(key) ?? -Infinity) < REPORT_INTERVAL) return;
    this.#reported.delete(key);
    this.#reported.set(key, now);
    if (this.#reported.size > MAX_ADDRESSES) {
      this.#reported.delete(this.#reported.keys().next().value!);
    }
    log.warn("{remoteAddr} speaks {protocol} to the port of HTTP: {hint}", {
      connection: socket.id,
      remoteAddr: socket.remoteAddr,
      ...{ protocol, hint: HINTS[protocol] },
    });
  }
}

function protocolOf(first: Uint8Array): keyof typeof HINTS | undefined {
  if (isTlsHello(first)) return "TLS";
  return RTMP_VERSIONS.includes(first[0]!) ? "RTMP" : undefined;
}
