import { assertEquals } from "@std/assert";
import { ServerLedger } from "../../src/ledger/server_ledger.ts";
import { ConnectionLimiter } from "../../src/serve/connection_limiter.ts";
import type { Connection } from "../../src/serve/connection.ts";
import { networkOf } from "../../src/net/address.ts";
import { completeLimits } from "../../src/session/limits.ts";

/** A connection from an address that no test machine has, as far as the set looks at it. */
function from(host: string, handshakeDone = true): Connection {
  const network = networkOf(`[${host}]:1`);
  const counts = { bytesReceived: 0, bytesSent: 0 };
  const facts = { id: crypto.randomUUID(), network, handshakeDone, ...counts, close() {} };
  return facts as unknown as Connection;
}

/** How many of so many connections are accepted, each from another address. */
function accepted(set: ConnectionLimiter, count: number, host: (i: string) => string): number {
  const all = Array.from({ length: count }, (_, i) => set.add(from(host((i + 1).toString(16)))));
  return all.filter((shortage) => shortage === undefined).length;
}

Deno.test("all addresses of a network of IPv6 have together what one address may have", () => {
  const limits = completeLimits({ maxConnections: 100, maxConnectionsPerAddress: 50 });
  const ledger = new ServerLedger();
  const set = new ConnectionLimiter(limits, ledger);
  assertEquals(accepted(set, 100, (i) => `2001:db8::${i}`), 50);
  assertEquals(accepted(set, 100, (i) => `2001:db8::${i}:0:0:1`), 0);
  assertEquals(accepted(set, 100, (i) => `2001:db8:0:${i}::1`), 50);
  assertEquals([[...set].length, ledger.tooManyConnections], [100, 200]);
});

Deno.test("a half-open connection makes way for another of its network of IPv6", () => {
  const limits = completeLimits({ maxConnections: 100, maxConnectionsPerAddress: 2 });
  const ledger = new ServerLedger();
  const set = new ConnectionLimiter(limits, ledger);
  set.add(from("2001:db8::1"));
  set.add(from("2001:db8::2", false));
  assertEquals(set.add(from("2001:db8::3")), undefined);
  assertEquals(set.add(from("2001:db8::4")), "connections");
  assertEquals([ledger.evictedConnections, ledger.tooManyConnections], [1, 1]);
});
