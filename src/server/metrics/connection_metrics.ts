/**
 * Metrics of connections, over RTMP and HTTP.
 *
 * @module
 */

import type { Registry } from "prom-client";
import type { HttpSockets } from "../http/http_sockets.ts";
import type { RtmpConnection, RtmpServer } from "../../serve/types.ts";
import { byReason, type Definition, register, type Value } from "./register.ts";

/** Registers the connection metrics of both servers. */
export function registerConnections(
  registry: Registry,
  rtmp: RtmpServer,
  sockets: HttpSockets,
): void {
  const { ledger } = rtmp;
  const metric = (
    type: Definition["type"],
    name: string,
    help: string,
    read: () => Iterable<Value> | number,
    labels: string[] = [],
  ) => register(registry, { name, type, help, labels }, read);
  const sum = (of: "bytesReceived" | "bytesSent") =>
    rtmp.connections.reduce((sum: number, one: RtmpConnection) => sum + one[of], 0);

  metric("gauge", "sluice_rtmp_connections", "RTMP connections that are open", () => {
    return rtmp.connections.length;
  });
  metric("counter", "sluice_rtmp_connections_accepted_total", "RTMP connections accepted", () => {
    return ledger.connections;
  });
  metric(
    "counter",
    "sluice_rtmp_connections_refused_total",
    "RTMP connections closed for want of room, by reason",
    () =>
      byReason({
        "too-many": ledger.tooManyConnections,
        "no-descriptors": ledger.shortOfDescriptors,
        "made-room": ledger.evictedConnections,
        "too-much-unfinished": ledger.cutConnections,
        "failed-accept": ledger.failedAccepts,
      }),
    ["reason"],
  );
  metric(
    "counter",
    "sluice_rtmp_handshake_failures_total",
    "RTMP connections that ended in the middle of their handshake",
    () => ledger.failedHandshakes,
  );
  metric(
    "counter",
    "sluice_rtmp_empty_connections_total",
    "RTMP connections that the peer ended without a byte, as health checks do",
    () => ledger.emptyConnections,
  );
  metric("counter", "sluice_kicked_connections_total", "Connections an operator has ended", () => {
    return ledger.kicked;
  });
  metric(
    "counter",
    "sluice_requests_refused_total",
    "Publishes and plays that were refused, over RTMP and HTTP, by reason",
    () => byReason(ledger.refusals),
    ["reason"],
  );
  metric("counter", "sluice_rtmp_received_bytes_total", "Bytes received over RTMP", () => {
    return ledger.receivedBytes + sum("bytesReceived");
  });
  metric("counter", "sluice_rtmp_sent_bytes_total", "Bytes sent over RTMP", () => {
    return ledger.sentBytes + sum("bytesSent");
  });
  metric("gauge", "sluice_http_connections", "HTTP connections that are open", () => {
    return sockets.open.length;
  });
  metric("counter", "sluice_http_connections_accepted_total", "HTTP connections accepted", () => {
    return sockets.accepted;
  });
  metric(
    "counter",
    "sluice_http_connections_refused_total",
    "HTTP connections closed for want of room, by reason",
    () => byReason(sockets.refused),
    ["reason"],
  );
  metric("counter", "sluice_http_received_bytes_total", "Bytes received over HTTP", () => {
    return sockets.traffic.received;
  });
  metric("counter", "sluice_http_sent_bytes_total", "Bytes sent over HTTP", () => {
    return sockets.traffic.sent;
  });
}
